// SPDX-License-Identifier: MIT
"use strict";
/** The chosen cell in words and numbers. */
(() => {
	const {h, button, table} = page.dom;
	const {set} = page.state;
	const {time, figure: fig, count} = page.text;
	const {cost, ran} = page.cells;

	const SAMPLE = [
		"phase",
		"armed_ns",
		"fault_before_ns",
		"fault_after_ns",
		"expect_lo_ns",
		"expect_hi_ns",
		"detect_ns",
		"horizon_ns",
		"outcome",
		"verdict",
		"saw",
		"errno",
		"stall_ns",
		"again",
		"packets_out",
		"packets_in",
		"bytes_out",
		"bytes_in",
		"wakeups",
		"messages",
		"retransmits",
		"probes",
		"backoff",
		"tcp_state",
		"alive_ns",
		"mistakes",
		"mistaken_ns",
		"mistake_open",
		"claim_says",
		"claim_when",
		"claim_predicts",
		"claim_holds",
	];

	/** Every trial of these cells as rows of a spreadsheet, headings first. */
	function sampleRows(cells) {
		const head = [
			"file",
			"engine",
			"kernel",
			"family",
			"scenario",
			"method",
			"options",
			...SAMPLE,
			"watched_ns",
			"why",
		];

		return [
			head,
			...cells.flatMap(cell =>
				Array.from({length: cell.n}, (_, i) => [
					cell.source.file,
					cell.source.runs[0].engine,
					cell.source.runs[0].kernel,
					cell.family,
					cell.scenario,
					cell.method,
					cell.options,
					...SAMPLE.map(key => cell.at(key, i)),
					cell.watched(i),
					cell.at("why", i),
				])
			),
		];
	}

	function expected(cell, i) {
		const window = cell.window(i);

		if (window === "never") return "never";
		return window === null ? "unknown" : `${time(window[0], 5)} to ${time(window[1], 5)}`;
	}

	/** All four numbers of a failure, as deadpeer tells them below its tables. */
	function failure(cell, i) {
		const at = cell.at("detect_ns", i),
			window = cell.window(i),
			horizon = cell.at("horizon_ns", i);
		const wanted = Array.isArray(window)
			? `expected from ${time(window[0], 5)} to ${time(window[1], 5)}`
			: window === "never"
				? "expected never"
				: "expected nothing in particular";

		if (at === null) return `${wanted}, not noticed within ${time(horizon, 5)}`;
		if (Array.isArray(window) && at > window[1])
			return `${wanted}, happened at ${time(at, 5)}: late by ${time(at - window[1])}`;
		if (Array.isArray(window) && at < window[0])
			return `${wanted}, happened at ${time(at, 5)}: early by ${time(window[0] - at)}`;
		return `${wanted}, happened at ${time(at, 5)}`;
	}

	/** Retransmissions and probes: TCP_INFO counts them and tells no times. */
	function counters(cell, i) {
		return [
			count(cell.at("retransmits", i), "retransmission"),
			`${count(cell.at("probes", i), "probe")} unanswered`,
			`back-off ${cell.at("backoff", i)}`,
		].join(", ");
	}

	function terms(pairs) {
		return h(
			"dl.terms",
			{},
			pairs
				.filter(([, value]) => value !== null && value !== "")
				.map(([term, value]) => [h("dt", {}, term), h("dd", {}, value)])
		);
	}

	const armedText = (cell, i) =>
		cell.at("armed_ns", i) === null || cell.at("fault_after_ns", i) === null
			? null
			: `${time(cell.at("fault_after_ns", i) - cell.at("armed_ns", i), 6)} before the fault`;

	/* "sending traffic of 4000 bytes a message over a nat"; older records lack size and wire. */
	function trafficText(cell, i) {
		const size = cell.at("size", i),
			wire = cell.at("wire", i);

		return (
			`${cell.at("traffic", i)} traffic` +
			(size > 1 ? ` of ${size} bytes a message` : "") +
			(wire && wire !== "switch" ? ` over a ${wire}` : "")
		);
	}

	function trialTerms(cell, i) {
		const at = cell.at("detect_ns", i),
			stall = cell.at("stall_ns", i),
			again = cell.at("again", i),
			place_ = cell.at("place", i);

		return terms([
			["Fault", `${cell.at("fault", i)}${place_ ? ` at ${place_}` : ""}`],
			["Armed", armedText(cell, i)],
			["Theory", expected(cell, i)],
			["Noticed", at === null ? `not within ${time(cell.at("horizon_ns", i))}` : time(at, 6)],
			["Saw", [cell.at("saw", i), cell.at("errno", i)].filter(Boolean)[0] ?? null],
			["Verdict", `${cell.at("verdict", i)} (${cell.at("outcome", i)})`],
			[
				"At the end",
				`${cell.at("tcp_state", i) || "state unknown"}; ${counters(cell, i)} ` +
					"(counts from TCP_INFO; the record holds no times of them)",
			],
			[
				"Watched",
				`by the ${cell.at("observer", i)}, ${trafficText(cell, i)}, for ${time(cell.watched(i))}`,
			],
			["Machine late by", stall ? time(stall) : null],
			[
				"Run before",
				again ? `${count(again, "time")}, and failed while the machine stood still` : null,
			],
		]);
	}

	function costTable(cell) {
		const c = cost(ran(cell)),
			rate = n => fig(c.perHour(n));
		const row = (name, n) => [name, n, rate(n)];

		return [
			table(
				"Cost of watching",
				["Cost", "counted", "per hour"],
				[
					row("packets out", c.packetsOut),
					row("packets in", c.packetsIn),
					row("bytes out", c.bytesOut),
					row("bytes in", c.bytesIn),
					row("messages of the method", c.messages),
					row("wake-ups", c.wakeups),
				],
				[false, true, true]
			),
			table(
				"Mistakes while the peer was alive",
				["Mistakes", ""],
				[
					["peer alive and watched for", time(c.alive)],
					["alarms in that time", c.mistakes],
					["alarms per day", fig(c.mistakesPerDay)],
					["held for dead for", time(c.mistaken)],
					[
						"right when asked",
						c.alive > 0
							? `${(100 * (1 - c.mistaken / c.alive)).toFixed(3)} %`
							: "not known",
					],
				],
				[false, true]
			),
		];
	}

	/** What people say about this method, where the scenario tests it. */
	function claim(cell) {
		const says = cell.at("claim_says", 0),
			held = cell.all("claim_holds").filter(Boolean).length;

		return says
			? h(
					"div.card",
					{},
					h(
						"h3",
						{},
						`What people say: ${held === cell.n ? "true" : held ? "not always" : "not true"} here`
					),
					terms([
						["They say", says],
						["Tried when", cell.at("claim_when", 0)],
						["That predicts", cell.at("claim_predicts", 0)],
						["Measured so in", `${held} of ${count(cell.n, "trial")}`],
					])
				)
			: null;
	}

	function samples(cell, chosen) {
		const head = [
			"phase",
			"armed before",
			"theory from",
			"to",
			"noticed",
			"saw",
			"verdict",
			"packets out/in",
			"wake-ups",
			"retr./probes",
		];
		const rows = Array.from({length: cell.n}, (_, i) => {
			const window = cell.window(i),
				at = cell.at("detect_ns", i),
				[lo, hi] = Array.isArray(window) ? window : [];
			const armed = armedText(cell, i);

			return [
				button(String(cell.at("phase", i) + 1), () => set({trial: String(i)}), {
					"aria-label": `Show trial ${cell.at("phase", i) + 1}`,
					"aria-pressed": String(i === chosen),
				}),
				armed ? armed.replace(" before the fault", "") : "",
				lo === undefined ? (window ?? "unknown") : time(lo, 6),
				hi === undefined ? "" : time(hi, 6),
				at === null ? "no" : time(at, 6),
				cell.at("saw", i) || "",
				cell.at("verdict", i),
				`${cell.at("packets_out", i)} / ${cell.at("packets_in", i)}`,
				cell.at("wakeups", i),
				`${cell.at("retransmits", i)} / ${cell.at("probes", i)}`,
			];
		});

		return table("Every trial of this cell", head, rows, [
			false,
			true,
			true,
			true,
			true,
			false,
			false,
			true,
			true,
			true,
		]);
	}

	page.cellTables = {sampleRows, failure, trialTerms, costTable, claim, samples};
})();
