/* SPDX-License-Identifier: MIT */
/* The repository's own scenarios as a whole: what would be missing is a method that nobody has seen
 * notice a death, or seen keep quiet, and a fault that always or never kills. */
#include <criterion/criterion.h>
#include <string.h>

#include "scenario/scenario.h"
#include "trial/verdict.h"

enum { NAMES = 64, METHODS_MIN = 20, FAULTS_MIN = 20, SCENARIOS_MIN = 60 };

struct seen {
	bool death, life;
};

struct catalogue {
	int n;
	struct scenario **scenarios;
	struct seen method[NAMES], fault[NAMES];
};

static void saw(struct seen *seen, bool deadly)
{
	seen->death |= deadly;
	seen->life |= !deadly;
}

static void look(struct catalogue *c, const struct scenario *s)
{
	struct err err = { "" };
	struct effect effect;
	int principal;
	bool deadly;

	if (scenario_effect(s, &effect, &principal, &err) < 0)
		return;
	deadly = effect_is_deadly(&effect, s->horizon_ns);
	for (int i = 0; i < s->n_methods; i++) {
		for (int m = 0; method_table[m]; m++) {
			if (method_table[m] == s->methods[i].method)
				saw(&c->method[m], deadly);
		}
	}
	for (int f = 0; fault_table[f]; f++) {
		if (fault_table[f] == s->faults[principal].fault)
			saw(&c->fault[f], deadly);
	}
}

static void read_all(struct catalogue *c)
{
	char *paths[] = { (char *)"scenarios" };
	struct err err = { "" };

	*c = (struct catalogue){ 0 };
	cr_assert_eq(scenario_load_all(paths, 1, &c->scenarios, &c->n, &err), 0, "%s", err.text);
	for (int i = 0; i < c->n; i++)
		look(c, c->scenarios[i]);
}

Test(catalogue, every_method_meets_a_death_and_a_life)
{
	struct catalogue c;
	int n = 0;

	read_all(&c);
	cr_assert_geq(c.n, SCENARIOS_MIN);
	for (; method_table[n]; n++) {
		cr_expect(c.method[n].death, "%s never meets a death", method_table[n]->name);
		cr_expect(c.method[n].life, "%s never meets a living peer", method_table[n]->name);
	}
	cr_expect_geq(n, METHODS_MIN);
	scenario_free(c.scenarios, c.n);
}

/* Faults that by their nature only kill, or never do. */
static bool one_sided(const char *name)
{
	static const char *const names[] = { "none",	   "kill",	  "close",    "shutdown",
					     "reset",	   "crash",	  "reboot",   "pause",
					     "flap",	   "nat-expiry",  "netem",    "delay-spike",
					     "loss-burst", NULL };
	const char *const *n = names;

	while (*n && strcmp(*n, name) != 0)
		n++;
	return *n;
}

Test(catalogue, every_fault_is_tried_and_where_it_can_be_undone_both_ways)
{
	struct catalogue c;
	int n = 0;

	read_all(&c);
	for (; fault_table[n]; n++) {
		const struct seen *seen = &c.fault[n];
		const char *name = fault_table[n]->name;

		cr_expect(seen->death || seen->life, "%s is in no scenario", name);
		if (!one_sided(name))
			cr_expect(seen->death && seen->life, "%s: death %d, life %d", name,
				  seen->death, seen->life);
	}
	cr_expect_geq(n, FAULTS_MIN);
	scenario_free(c.scenarios, c.n);
}
