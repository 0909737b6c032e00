// SPDX-License-Identifier: MIT
"use strict";
/**
 * What a tuning costs against how soon it notices: the 99th percentile of its detection times, its
 * packets per hour, its mistakes per day. A tuning is on the front when no other is at least as
 * good in all three and better in one. Only tunings that met the same scenarios compare, and a
 * percentile over several ways to die says little of any: the reader chooses a scenario or a
 * family, and starts with one scenario, unless the others are controls that all tunings met as well.
 */
(() => {
	const {h, choice, table} = page.dom;
	const {view, set} = page.state;
	const {time, figure: fig, tuning, count} = page.text;
	const ALL = "*",
		FAMILY = "family:";

	/** Scenarios with the tunings they hold: [place, cells]. */
	function byScenario(cells) {
		const out = new Map();

		for (const cell of cells) {
			const at = page.text.place(cell);

			out.set(at, [...(out.get(at) ?? []), cell]);
		}
		return out;
	}

	/** Something died in it: a trial noticed that, or should have. */
	const kills = cells => cells.some(cell => deaths([cell].flatMap(page.cells.ran)).length > 0);

	/** How many of the scenarios kill. */
	const ways = cells => [...byScenario(cells).values()].filter(kills).length;

	/** A way to die with its controls, as a sweep has them; else where most tunings noticed it. */
	function startChoice(scenarios, cells) {
		const tunings = new Set(cells.map(tuning)).size;
		const noticed = list => list.filter(cell => page.cells.summary(cell).noticed).length;
		const alike = [...scenarios.values()].every(list => list.length === tunings);
		let best = null;

		if (alike && ways(cells) <= 1) return ALL;
		for (const [at, list] of scenarios) {
			if (!best || noticed(list) > noticed(scenarios.get(best))) best = at;
		}
		return best;
	}

	/** Detection times where something died; a death that was not noticed is Infinity. */
	const deaths = pairs =>
		page.stats.sorted(
			pairs.flatMap(([cell, i]) => {
				const outcome = cell.at("outcome", i);

				return outcome === "detected"
					? [cell.at("detect_ns", i)]
					: outcome === "missed"
						? [Infinity]
						: [];
			})
		);

	const families = cells => [...new Set(cells.map(cell => cell.family))].filter(Boolean);

	/** [value, text] of each choice: scenarios, then families of several, then all. */
	function choices(scenarios, cells) {
		const size = family => ways(cells.filter(cell => cell.family === family));

		return [
			...[...scenarios].map(([name, of]) => [name, `${name} (${of.length})`]),
			...families(cells).map(name => [
				FAMILY + name,
				`all of ${name} (${size(name)} ways to die)`,
			]),
			[ALL, `all that are shown (${ways(cells)} ways to die)`],
		];
	}

	/** The cells that a choice stands for. */
	function chosen(at, scenarios, cells) {
		if (at === ALL) return cells;
		if (at.startsWith(FAMILY))
			return cells.filter(cell => FAMILY + cell.family === at);
		return scenarios.get(at) ?? [];
	}

	function point([name, cells]) {
		const pairs = cells.flatMap(page.cells.ran),
			times = deaths(pairs),
			c = page.cells.cost(pairs);

		return {
			name,
			method: cells[0].method,
			n: pairs.length,
			scenarios: cells.length,
			deaths: times.length,
			median: times.length ? page.stats.quantile(times, 0.5) : NaN,
			p99: times.length ? page.stats.quantile(times, 0.99) : NaN,
			packets: c.perHour(c.packetsOut + c.packetsIn),
			mistakes: c.mistakesPerDay,
		};
	}

	function points(cells) {
		const tunings = new Map();

		for (const cell of cells)
			tunings.set(tuning(cell), [...(tunings.get(tuning(cell)) ?? []), cell]);
		const list = [...tunings].map(point).filter(p => p.n);
		const front = page.stats.front(
			list.filter(p => p.p99 < Infinity),
			p => [p.p99, p.packets, p.mistakes || 0]
		);

		return list
			.map(p => ({...p, front: front.has(p)}))
			.sort(
				(a, b) =>
					b.front - a.front ||
					(Number.isNaN(a.p99) ? Infinity : a.p99) -
						(Number.isNaN(b.p99) ? Infinity : b.p99) ||
					a.packets - b.packets
			);
	}

	const when = ns => (ns === Infinity ? "never" : Number.isNaN(ns) ? "nothing died" : time(ns));
	const rowsOf = list => [
		[
			"tuning",
			"front",
			"scenarios",
			"deaths",
			"median_ns",
			"p99_ns",
			"packets_per_hour",
			"mistakes_per_day",
		],
		...list.map(p => [
			p.name,
			p.front ? "yes" : "no",
			p.scenarios,
			p.deaths,
			p.median,
			p.p99,
			p.packets,
			p.mistakes,
		]),
	];

	function tableOf(list) {
		return table(
			"Tunings by how soon they notice and what they cost",
			["Tuning", "front", "median", "p99", "packets/h", "mistakes/day", "trials"],
			list.map(p => [
				p.name,
				p.front ? "● front" : "",
				when(p.median),
				when(p.p99),
				fig(p.packets),
				fig(p.mistakes),
				p.n,
			]),
			[false, false, true, true, true, true, true]
		);
	}

	/** @param {HTMLElement} element @param {Array<Cell>} cells of run A, as filtered */
	function render(element, cells) {
		const scenarios = byScenario(cells),
			options = choices(scenarios, cells),
			known = options.some(([value]) => value === view.trade),
			at = known ? view.trade : (startChoice(scenarios, cells) ?? ALL);
		const weighed = chosen(at, scenarios, cells),
			pooled = ways(weighed);
		const list = points(weighed),
			drawable = list.filter(p => p.p99 < Infinity && p.p99 > 0);
		const front = list.filter(p => p.front).length;

		element.replaceChildren(
			h(
				"div.head",
				{},
				h("h2", {id: "trade-title"}, "How soon, and at what cost"),
				h(
					"div.tools",
					{},
					choice("Scenarios", options, at, value => set({trade: value})),
					page.save.rowButtons(
						"deadpeer-tradeoff",
						() => rowsOf(list),
						"trade-off table"
					)
				)
			),
			h(
				"p",
				{},
				`${count(list.length, "tuning")}, ${front} on the front (●): no other is as good in time, ` +
					"packets and mistakes and better in one of them. ▲ made mistakes. Packets are all " +
					"that the observer's connection sent and received, its traffic included."
			),
			...(pooled > 1
				? [
						h(
							"p.pooled",
							{},
							`Pooled over ${pooled} ways to die: times of one mix with those of ` +
								"others, and a tuning that met fewer of them may look better. " +
								"Choose one scenario to compare tunings."
						),
					]
				: []),
			drawable.length
				? page.save.figure(
						"tradeoff",
						`Detection time against packets per hour, ${
							at === ALL ? "all scenarios that are shown" : at.replace(FAMILY, "family ")
						}`,
						page.tradePlot.draw(drawable, Math.max(300, element.clientWidth - 28))
					)
				: h("p.empty", {}, "Nothing was noticed here, so there is nothing to weigh."),
			h(
				"details.card",
				{open: list.length <= 12},
				h("summary", {}, "The numbers"),
				h(
					"div.scroll",
					{tabindex: "0", role: "region", "aria-label": "Trade-off numbers"},
					tableOf(list)
				)
			)
		);
	}

	page.trade = {render, points};
})();
