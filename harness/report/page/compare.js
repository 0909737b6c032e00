// SPDX-License-Identifier: MIT
"use strict";
/**
 * Two runs side by side, cell by cell: A is what the page shows, B what it is compared with. It
 * tells by how much they differ; whether that is chance is for `deadpeer compare` to say.
 */
(() => {
	const {h, choice, table} = page.dom;
	const {view, set} = page.state;
	const {time, tuning, place, count} = page.text;
	const {summary, name} = page.cells;
	const V = vendor;
	const ROWS_MAX = 60;

	/** What to call a run where several are given. */
	const label = source => `${source.file}, ${source.runs[0].engine} ${source.runs[0].kernel}`;

	let model = null;
	const start = loaded => {
		model = loaded;
	};
	const a = () => model.sources[Number(view.a)] ?? model.sources[0];
	const b = () => (view.b === "" ? null : (model.sources[Number(view.b)] ?? null));

	/** The cell in run B, or null. */
	const inB = cell => b()?.byKey.get(cell.key) ?? null;

	const signed = ns => `${ns < 0 ? "−" : "+"}${time(Math.abs(ns))}`;
	const factor = ratio => `×${ratio >= 100 ? Math.round(ratio) : ratio.toPrecision(3)}`;

	/**
	 * What happened to a cell from A to B. `kind`: same, changed (in time), state, new, gone.
	 * `weight` sorts: what changed most comes first.
	 */
	function difference(one, two) {
		const sa = one && summary(one),
			sb = two && summary(two);

		if (!sa || !sb)
			return {kind: sa ? "gone" : "new", weight: 1e6, text: sa ? "only in A" : "only in B"};
		if (sa.state !== sb.state || (sa.median === null) !== (sb.median === null))
			return {kind: "state", weight: 1e7, text: `${sa.short} → ${sb.short}`};
		if (sa.median === null || sa.median === sb.median)
			return {kind: "same", weight: 0, text: "same", by: 0, ratio: 1};
		const ratio = sa.median > 0 && sb.median > 0 ? sb.median / sa.median : 1;

		return {
			kind: "changed",
			weight: Math.abs(Math.log(ratio)),
			by: sb.median - sa.median,
			ratio,
			text: signed(sb.median - sa.median),
		};
	}

	/** How the heat map shows the change of a cell. */
	function look(cell) {
		const d = difference(cell, inB(cell)),
			s = summary(cell);
		const by = d.ratio && d.kind === "changed" ? ` (${factor(d.ratio)})` : "",
			words = `${d.text}${by}; A ${s.short}`;

		if (d.kind === "changed")
			return {text: d.text, state: "time", colour: page.scale.change(d.ratio), words};
		return {
			text: d.kind === "same" ? "=" : d.kind === "state" ? "≠" : "A only",
			state: d.kind === "same" ? "quiet" : d.kind === "state" ? "failed" : "skip",
			colour: null,
			words,
		};
	}

	function pairs(cells, keep) {
		const other = b(),
			known = new Set(cells.map(cell => cell.key));
		const added = other.cells.filter(
			cell => !a().byKey.has(cell.key) && !known.has(cell.key) && keep(cell)
		);

		return [...cells.map(cell => [cell, inB(cell)]), ...added.map(cell => [null, cell])]
			.map(([one, two]) => ({one, two, cell: one ?? two, ...difference(one, two)}))
			.sort((x, y) => y.weight - x.weight);
	}

	function rowsOf(list) {
		const ns = cell => (cell ? summary(cell).median : null);

		return [
			[
				"family",
				"scenario",
				"method",
				"options",
				"kind",
				"a_state",
				"b_state",
				"a_median_ns",
				"b_median_ns",
				"b_minus_a_ns",
				"b_over_a",
			],
			...list.map(d => [
				d.cell.family,
				d.cell.scenario,
				d.cell.method,
				d.cell.options,
				d.kind,
				d.one ? summary(d.one).state : "",
				d.two ? summary(d.two).state : "",
				ns(d.one),
				ns(d.two),
				d.by,
				d.ratio,
			]),
		];
	}

	function tableOf(list) {
		const short = cell => (cell ? summary(cell).short : "not there");

		return table(
			"Differences between run A and run B",
			["Tuning", "Scenario", "A", "B", "B − A", "B / A"],
			list.map(d => [
				page.dom.button(tuning(d.cell), () => set({cell: d.cell.key, trial: ""}), {
					class: "link",
					"aria-label": `Show ${name(d.cell)}`,
				}),
				place(d.cell),
				short(d.one),
				short(d.two),
				d.kind === "changed" || d.kind === "same" ? (d.by ? signed(d.by) : "0") : d.text,
				d.kind === "changed" ? factor(d.ratio) : d.kind === "same" ? "=" : "",
			]),
			[false, false, true, true, true, true]
		);
	}

	function scatter(list, width) {
		const shown = list
			.filter(d => d.one && d.two && summary(d.one).median > 0 && summary(d.two).median > 0)
			.map(d => ({...d, x: summary(d.one).median, y: summary(d.two).median}));

		if (!shown.length) return null;
		const values = shown.flatMap(d => [d.x, d.y]),
			domain = [Math.min(...values) / 2, Math.max(...values) * 2];
		const axis = {
			...page.figures.LOG,
			domain,
			ticks: [1e3, 1e4, 1e5, ...page.figures.DECADES].filter(
				v => v >= domain[0] && v <= domain[1]
			),
			tickFormat: page.figures.tickText,
			grid: true,
		};
		const size = Math.min(width, 460);

		return page.save.figure(
			"compare",
			"Median of B against A, one dot a cell; on the line they are equal",
			V.plot({
				...page.figures.BASE,
				width: size,
				height: size * 0.9,
				marginLeft: 62,
				marginBottom: 42,
				x: {...axis, label: "median in A →"},
				y: {...axis, label: "↑ median in B"},
				marks: [
					V.link([domain], {
						x1: d => d[0],
						y1: d => d[0],
						x2: d => d[1],
						y2: d => d[1],
						stroke: "var(--dim)",
					}),
					V.dot(shown, {
						x: "x",
						y: "y",
						r: 4,
						fill: d => (d.y > d.x ? "var(--second)" : "var(--accent)"),
						fillOpacity: 0.7,
						stroke: "var(--back)",
						title: d => `${name(d.cell)}\n${time(d.x, 6)} → ${time(d.y, 6)}`,
						tip: {format: {x: false, y: false, fill: false}},
					}),
				],
				color: {type: "identity"},
			})
		);
	}

	/** The choice of A and B, above the heat map; nothing where there is only one run. */
	function choices(form) {
		const options = model.sources.map((source, i) => [String(i), label(source)]);

		form.hidden = options.length < 2;
		if (form.hidden) return;
		form.replaceChildren(
			choice("Run A", options, String(a().index), value => set({a: value})),
			choice("compared with B", [["", "nothing"], ...options], view.b, value =>
				set({b: value, show: value === "" ? "median" : view.show})
			),
			view.b === ""
				? ""
				: choice(
						"Heat map shows",
						[
							["median", "the median of A"],
							["change", "the change from A to B"],
						],
						view.show,
						value => set({show: value})
					)
		);
	}

	/**
	 * @param {HTMLElement} element @param {Array<Cell>} cells of A as filtered
	 * @param {function(Cell): boolean} keep the filter
	 */
	function render(element, cells, keep) {
		element.hidden = !b();
		if (element.hidden) return;
		const every = pairs(cells, keep),
			list = view.same ? every : every.filter(d => d.kind !== "same");
		const n = kind => every.filter(d => d.kind === kind).length;
		const width = Math.max(300, Math.min(element.clientWidth, 900) - 26);

		element.replaceChildren(
			h(
				"div.head",
				{},
				h("h2", {id: "compare-title"}, "What differs between A and B"),
				h(
					"div.tools",
					{},
					h(
						"label.choice",
						{},
						h("input", {
							type: "checkbox",
							checked: view.same !== "",
							onchange: event => set({same: event.target.checked ? "1" : ""}),
						}),
						h("span", {}, "equal cells too")
					),
					page.save.rowButtons("deadpeer-compare", () => rowsOf(every), "comparison")
				)
			),
			h(
				"p",
				{},
				`A is ${label(a())}; B is ${label(b())}. Of ${count(every.length, "cell")}, ` +
					`${n("same")} are equal, ${n("changed")} differ in time, ` +
					`${n("state")} in what happened, ${n("gone")} are only in A and ` +
					`${n("new")} only in B. Chance is not weighed here; deadpeer compare does.`
			),
			h(
				"div.pair.wide",
				{},
				scatter(every, width),
				h(
					"div.scroll.tall",
					{tabindex: "0", role: "region", "aria-label": "Differences"},
					list.length
						? tableOf(list.slice(0, ROWS_MAX))
						: h("p.empty", {}, "No cell differs."),
					list.length > ROWS_MAX
						? h(
								"p",
								{},
								`${list.length - ROWS_MAX} smaller differences are in the CSV.`
							)
						: null
				)
			)
		);
	}

	page.compare = {start, a, b, inB, look, choices, render, label, difference, rowsOf, pairs};
})();
