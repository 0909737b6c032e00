/* SPDX-License-Identifier: MIT */
#include "record/field.h"

#include "record/record.h"

const char *const outcome_names[OUTCOME_COUNT + 1] = {
	[OUTCOME_DETECTED] = "detected", [OUTCOME_MISSED] = "missed",
	[OUTCOME_FALSE_ALARM] = "false_alarm", [OUTCOME_QUIET] = "quiet",
	[OUTCOME_SKIPPED] = "skipped", [OUTCOME_INVALID] = "invalid",
	[OUTCOME_ERROR] = "error",
};

const char *const verdict_names[VERDICT_COUNT + 1] = {
	[VERDICT_PASS] = "pass", [VERDICT_EARLY] = "early", [VERDICT_LATE] = "late",
	[VERDICT_MISSED] = "missed", [VERDICT_FALSE_ALARM] = "false_alarm",
	[VERDICT_SKIP] = "skip", [VERDICT_INVALID] = "invalid", [VERDICT_ERROR] = "error",
};

const struct field record_run_fields[] = {
	{ "schema", FIELD_INT, FIELD_AT(record_run, schema), 1, NULL },
	FIELD_RUN_ROWS,
	{ "phases", FIELD_INT, FIELD_AT(record_run, phases), 0, NULL },
	{ "command", FIELD_STRING, FIELD_AT(record_run, command), 0, NULL },
	{ "version", FIELD_STRING, FIELD_AT(record_run, version), 0, NULL },
	{ "started", FIELD_STRING, FIELD_AT(record_run, started), 0, NULL },
	{ NULL, FIELD_INT, 0, 0, 0, NULL },
};

const struct field record_trial_fields[] = {
	{ "id", FIELD_STRING, FIELD_AT(record_trial, id), 0, NULL },
	{ "index", FIELD_INT, FIELD_AT(record_trial, index), 0, NULL },
	{ "scenario", FIELD_STRING, FIELD_AT(record_trial, scenario), 0, NULL },
	{ "family", FIELD_TEXT, FIELD_AT(record_trial, family), 0, NULL },
	{ "method", FIELD_STRING, FIELD_AT(record_trial, method), 0, NULL },
	{ "options", FIELD_OPTIONS, FIELD_AT(record_trial, options), 0, NULL },
	{ "observer", FIELD_STRING, FIELD_AT(record_trial, observer), 0, NULL },
	{ "traffic", FIELD_STRING, FIELD_AT(record_trial, traffic), 0, NULL },
	{ "size", FIELD_INT_IF, FIELD_AT(record_trial, size), 1, NULL },
	{ "wire", FIELD_TEXT_IF, FIELD_AT(record_trial, wire), 0, NULL },
	{ "fault", FIELD_STRING, FIELD_AT(record_trial, fault), 0, NULL },
	{ "place", FIELD_TEXT, FIELD_AT(record_trial, place), 0, NULL },
	{ "phase", FIELD_INT, FIELD_AT(record_trial, phase), 0, NULL },
	{ "phase_ns", FIELD_NS, FIELD_AT(record_trial, phase_ns), 0, NULL },
	{ "seed", FIELD_U64, FIELD_AT(record_trial, seed), 0, NULL },
	{ "armed_ns", FIELD_NS_NULL, FIELD_AT(record_trial, armed_ns), 0, NULL },
	{ "fault_before_ns", FIELD_NS_NULL, FIELD_AT(record_trial, fault_before_ns), 0, NULL },
	{ "fault_after_ns", FIELD_NS_NULL, FIELD_AT(record_trial, fault_after_ns), 0, NULL },
	{ "detect_ns", FIELD_NS_NULL, FIELD_AT(record_trial, detect_ns), 0, NULL },
	{ "horizon_ns", FIELD_NS, FIELD_AT(record_trial, horizon_ns), 0, NULL },
	{ "outcome", FIELD_NAME, FIELD_AT(record_trial, outcome), 0, outcome_names },
	{ "saw", FIELD_TEXT, FIELD_AT(record_trial, saw), 0, NULL },
	{ "errno", FIELD_ERRNO, FIELD_AT(record_trial, err), 0, NULL },
	{ "expect", FIELD_EXPECT, FIELD_AT(record_trial, expect), 0, NULL },
	{ "why", FIELD_TEXT, FIELD_AT(record_trial, why), 0, NULL },
	{ "verdict", FIELD_NAME, FIELD_AT(record_trial, verdict), 0, verdict_names },
	{ "stall_ns", FIELD_NS, FIELD_AT(record_trial, stall_ns), 0, NULL },
	{ "again", FIELD_INT_IF, FIELD_AT(record_trial, again), 0, NULL },
	{ "alive_ns", FIELD_NS, FIELD_AT(record_trial, alive_ns), 0, NULL },
	{ "mistakes", FIELD_U64, FIELD_AT(record_trial, mistakes), 0, NULL },
	{ "mistaken_ns", FIELD_NS, FIELD_AT(record_trial, mistaken_ns), 0, NULL },
	{ "mistake_open", FIELD_BOOL, FIELD_AT(record_trial, mistake_open), 0, NULL },
	{ "packets_out", FIELD_U64, FIELD_AT(record_trial, packets_out), 0, NULL },
	{ "packets_in", FIELD_U64, FIELD_AT(record_trial, packets_in), 0, NULL },
	{ "bytes_out", FIELD_U64, FIELD_AT(record_trial, bytes_out), 0, NULL },
	{ "bytes_in", FIELD_U64, FIELD_AT(record_trial, bytes_in), 0, NULL },
	{ "wakeups", FIELD_U64, FIELD_AT(record_trial, wakeups), 0, NULL },
	{ "messages", FIELD_U64, FIELD_AT(record_trial, messages), 0, NULL },
	{ "watched_ns", FIELD_NS, FIELD_AT(record_trial, watched_ns), 0, NULL },
	{ "tcp_state", FIELD_TEXT, FIELD_AT(record_trial, tcp_state), 0, NULL },
	{ "retransmits", FIELD_INT, FIELD_AT(record_trial, retransmits), 0, NULL },
	{ "probes", FIELD_INT, FIELD_AT(record_trial, probes), 0, NULL },
	{ "backoff", FIELD_INT, FIELD_AT(record_trial, backoff), 0, NULL },
	{ "claim", FIELD_CLAIM, FIELD_AT(record_trial, claim), 0, NULL },
	{ NULL, FIELD_INT, 0, 0, 0, NULL },
};

bool field_may_lack(const struct field *field)
{
	return field->type == FIELD_TEXT_IF || field->type == FIELD_INT_IF;
}
