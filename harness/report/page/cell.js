// SPDX-License-Identifier: MIT
"use strict";
/** The chosen cell: its distribution, its timeline, what it saw, why, and what it cost. */
(() => {
	const {h, choice} = page.dom;
	const {view, set} = page.state;
	const {time, range, tuning, place} = page.text;
	const {summary} = page.cells;
	const {sampleRows, failure, trialTerms, costTable, claim, samples} = page.cellTables;

	function trialChoice(cell, chosen) {
		if (cell.n === 1) return null;
		return choice(
			"Trial",
			Array.from({length: cell.n}, (_, i) => [
				String(i),
				`phase ${cell.at("phase", i) + 1}: ` +
					(cell.at("detect_ns", i) === null
						? cell.at("outcome", i)
						: time(cell.at("detect_ns", i))),
			]),
			String(chosen),
			value => set({trial: value})
		);
	}

	const axisTool = log =>
		choice(
			"Axis",
			[
				["log", "logarithmic"],
				["linear", "linear"],
			],
			log ? "log" : "linear",
			value => set({axis: value})
		);

	/** Numbers of the whole cell. */
	function facts(cell, s) {
		const [window] = page.figures.hull(page.figures.windows(cell));
		const never = Array.from({length: cell.n}, (_, i) => cell.window(i)).includes("never");
		const theory = window
			? range(...window) + (never ? " or never" : "")
			: (cell.window(s.shown) ?? "unknown");

		return h(
			"ul.facts",
			{},
			h(
				"li",
				{},
				h("b", {}, s.short),
				h(
					"span",
					{},
					s.state === "time"
						? cell.n > 1
							? "median"
							: "noticed"
						: page.cells.STATES[s.state].name
				)
			),
			s.noticed > 1 && s.min !== s.max
				? h("li", {}, h("b", {}, range(Math.max(0, s.min), s.max)), h("span", {}, "range"))
				: null,
			h("li", {}, h("b", {}, theory), h("span", {}, "theory")),
			h("li", {}, h("b", {}, `${s.passed} of ${cell.n}`), h("span", {}, "passed"))
		);
	}

	function heading(cell, s) {
		return [
			h(
				"div.head",
				{},
				h("h2", {id: "cell-title"}, tuning(cell), h("small", {}, ` in ${place(cell)}`)),
				h(
					"div.tools",
					{role: "group", "aria-label": "Trials of this cell"},
					page.save.rowButtons(
						`deadpeer-${cell.scenario}-${cell.method}`,
						() => sampleRows([cell]),
						"trials of this cell"
					)
				)
			),
			h(
				"p.lead",
				{class: `lead l-${s.state}`},
				`${s.long[0].toUpperCase()}${s.long.slice(1)}.`
			),
			facts(cell, s),
		];
	}

	/** One trial in words and numbers. */
	function trialCard(cell, i) {
		const bad = cell.at("verdict", i) in page.cells.FAILURES,
			why = cell.at("why", i);

		return h(
			"div.card",
			{},
			h(
				"div.head",
				{},
				h("h3", {}, cell.n > 1 ? `Trial of phase ${cell.at("phase", i) + 1}` : "The trial"),
				trialChoice(cell, i)
			),
			bad ? h("p.bad", {}, `✗ ${failure(cell, i)}`) : null,
			trialTerms(cell, i),
			why ? h("blockquote", {}, h("b", {}, "Why: "), why) : null
		);
	}

	/** Which line of the distribution is whose. */
	const key = (cell, other) =>
		h(
			"p.key",
			{},
			h("span.swatch", {}),
			` A: ${page.compare.label(cell.source)}`,
			h("span.swatch.b", {}),
			` B: ${page.compare.label(other.source)}, ${summary(other).long}`
		);

	/**
	 * @param {HTMLElement} element
	 * @param {Cell|null} cell the chosen one @param {Cell|null} other the same in run B
	 */
	function render(element, cell, other) {
		if (!cell) {
			element.replaceChildren(
				h("h2", {id: "cell-title"}, "One cell"),
				h(
					"p.empty",
					{},
					view.cell
						? "The link names a cell that these records do not have."
						: "Choose a cell of the heat map."
				)
			);
			return;
		}
		const s = summary(cell),
			chosen = Math.min(Number(view.trial || s.shown) || 0, cell.n - 1);
		const width = Math.max(
			300,
			Math.min(
				element.clientWidth >= 900 ? (element.clientWidth - 24) / 2 : element.clientWidth,
				900
			) - 26
		);

		element.replaceChildren(
			...heading(cell, s),
			other ? key(cell, other) : "",
			h(
				"div.pair",
				{},
				h(
					"div.stack",
					{},
					s.state === "skip" ? null : page.ecdf.draw(cell, other, width),
					h(
						"div.card",
						{},
						h("h3", {}, "What watching cost"),
						h("div.tables", {}, costTable(cell))
					),
					claim(cell)
				),
				h(
					"div.stack",
					{},
					page.timeline.draw(cell, chosen, view.axis, width, axisTool),
					trialCard(cell, chosen)
				)
			),
			h(
				"details.card",
				{open: cell.n <= 24},
				h("summary", {}, "Every trial"),
				h(
					"div.scroll",
					{tabindex: "0", role: "region", "aria-label": "Every trial"},
					samples(cell, chosen)
				)
			)
		);
	}

	page.cell = {render};
})();
