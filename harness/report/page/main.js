// SPDX-License-Identifier: MIT
"use strict";
/** Puts the parts together: loads the records, and draws what the view asks for. */
(() => {
	const {h, byId, button, choice, say} = page.dom;
	const {view, set, toggle, listen, all} = page.state;
	const {summary, STATES} = page.cells;
	const FILTERS = [
		["family", "Family", cell => cell.family || "other"],
		["method", "Method", cell => cell.method],
		["verdict", "Verdict", cell => summary(cell).state],
	];
	let model = null;

	/** Whether the filters let a cell through. An empty filter lets everything. */
	const keep = cell =>
		FILTERS.every(([key, , of]) => view[key].size === 0 || view[key].has(of(cell)));

	function filterGroup([key, title, of], cells) {
		const counts = new Map();

		cells.forEach(cell => counts.set(of(cell), (counts.get(of(cell)) ?? 0) + 1));
		view[key].forEach(value => counts.has(value) || counts.set(value, 0));
		const values =
			key === "verdict"
				? Object.keys(STATES).filter(state => counts.has(state))
				: [...counts.keys()].sort();

		return h(
			"fieldset",
			{},
			h("legend", {}, title),
			values.map(value =>
				h(
					"label.chip",
					{},
					h("input", {
						type: "checkbox",
						name: key,
						value,
						checked: view[key].has(value),
						onchange: event => toggle(key, value, event.target.checked),
					}),
					h(
						"span",
						{},
						key === "verdict" ? STATES[value].name : value,
						h("small", {}, counts.get(value))
					)
				)
			)
		);
	}

	function drawFilters(cells, shown) {
		const form = byId("filter-form"),
			focused = document.activeElement?.closest?.("#filter-form")
				? document.activeElement
				: null;
		const on = FILTERS.reduce((n, [key]) => n + view[key].size, 0);
		const clear = button(
			"Show everything",
			() => set({family: new Set(), method: new Set(), verdict: new Set()}),
			{disabled: on === 0}
		);

		form.replaceChildren(...FILTERS.map(filter => filterGroup(filter, cells)), clear);
		if (focused?.name)
			form.querySelector(
				`input[name="${focused.name}"][value="${CSS.escape(focused.value)}"]`
			)?.focus();
		byId("filter-note").textContent = on
			? `${shown} of ${cells.length} cells are shown`
			: `all ${cells.length} cells are shown`;
	}

	function summaryRows(cells) {
		return [
			[
				"family",
				"scenario",
				"method",
				"options",
				"state",
				"trials",
				"noticed",
				"passed",
				"failed",
				"median_ns",
				"min_ns",
				"max_ns",
				"verdict",
				"saw",
				"why",
			],
			...cells.map(cell => {
				const s = summary(cell);

				return [
					cell.family,
					cell.scenario,
					cell.method,
					cell.options,
					s.state,
					cell.n,
					s.noticed,
					s.passed,
					s.failed,
					s.median,
					s.min,
					s.max,
					cell.at("verdict", s.shown),
					cell.at("saw", s.shown),
					cell.at("why", s.shown),
				];
			}),
		];
	}

	const shown = () => page.compare.a().cells.filter(keep);

	function drawHeatTools() {
		const layout = page.heat.model().layout;

		byId("heat-tools").replaceChildren(
			choice(
				"Rows",
				[
					["scenarios", "scenarios"],
					["tunings", "tunings"],
				],
				layout,
				value => set({layout: value})
			),
			...page.save.rowButtons("deadpeer-cells", () => summaryRows(shown()), "heat map"),
			button(
				"All trials",
				() => page.save.saveCsv("deadpeer-trials", page.cellTables.sampleRows(shown())),
				{"aria-label": "Save all trials that are shown as CSV"}
			),
			button(
				"SVG",
				() =>
					page.save.saveSvg(
						"deadpeer-heatmap",
						page.heatSvg.draw(page.heat.model()),
						"Median detection time, every method in every scenario"
					),
				{"aria-label": "Save the heat map as SVG"}
			)
		);
	}

	function drawOverview() {
		const source = page.compare.a(),
			cells = shown();

		page.facts.totals(byId("world"), byId("totals"), source);
		page.compare.choices(byId("sources"));
		drawFilters(source.cells, cells.length);
		page.heat.render(byId("heat-scroll"), cells);
		drawHeatTools();
		byId("legend").replaceChildren(...page.legend.draw());
	}

	function drawCell() {
		const other = page.compare.b()?.byKey.get(view.cell) ?? null;
		const cell = page.compare.a().byKey.get(view.cell) ?? other;

		page.cell.render(byId("cell"), cell, other === cell ? null : other);
	}

	/** The detail comes into sight when a cell is chosen, and the cell stays in it. */
	function reveal() {
		const top = byId("cell").getBoundingClientRect().top;

		if (top > innerHeight * 0.66) scrollBy({top: top - innerHeight * 0.6});
	}

	const OVERVIEW = ["a", "b", "layout", "show", "family", "method", "verdict"];
	const touches = (changed, keys) => changed.some(key => keys.includes(key));

	function draw(changed) {
		if (touches(changed, OVERVIEW)) drawOverview();
		else if (changed.includes("cell")) page.heat.mark();
		if (touches(changed, ["cell", "trial", "axis", "a", "b"])) drawCell();
		if (touches(changed, ["trade", "a", "family", "method", "verdict"]))
			page.trade.render(byId("trade"), shown());
		if (touches(changed, ["same", "a", "b", "family", "method", "verdict"]))
			page.compare.render(byId("compare"), shown(), keep);
		if (touches(changed, ["family", "method", "verdict"]) && changed.length === 1)
			say(byId("filter-note").textContent);
		if (changed.length === 2 && changed.includes("cell")) reveal();
	}

	const THEMES = ["auto", "light", "dark"];

	function applyTheme(theme) {
		if (theme === "auto") delete document.documentElement.dataset.theme;
		else document.documentElement.dataset.theme = theme;
		byId("theme").textContent = `Theme: ${theme}`;
	}

	/** Where the browser keeps nothing for this page, the theme lasts as long as the page. */
	function startTheme() {
		let theme = "auto";

		try {
			theme = localStorage.getItem("deadpeer-theme") ?? theme;
		} catch {
			/* no storage here */
		}
		applyTheme(THEMES.includes(theme) ? theme : "auto");
		byId("theme").addEventListener("click", () => {
			theme = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length];
			applyTheme(theme);
			try {
				localStorage.setItem("deadpeer-theme", theme);
			} catch {
				/* no storage here */
			}
		});
	}

	/** Figures are as wide as the page: drawn again when that changes. */
	function watchWidth() {
		let width = innerWidth,
			timer = 0;

		addEventListener("resize", () => {
			clearTimeout(timer);
			if (innerWidth !== width)
				timer = setTimeout(() => {
					width = innerWidth;
					draw(["trial", "trade", "same"]);
				}, 150);
		});
	}

	async function main() {
		startTheme();
		byId("licence-text").append(byId("licences").content);
		model = await page.data.load();
		page.compare.start(model);
		byId("main").hidden = false;
		byId("filters").open = view.family.size + view.method.size + view.verdict.size > 0;
		byId("made").textContent = `Made by deadpeer ${model.version} from ${model.sources
			.map(source => source.file)
			.filter((f, i, l) => l.indexOf(f) === i)
			.join(", ")}. Everything is inside this file; it asks the network for nothing.`;
		byId("copy-link").addEventListener("click", () =>
			page.save.copy(location.href, "The link")
		);
		byId("skip").addEventListener("click", event => {
			event.preventDefault();
			byId("heat-scroll").querySelector("button[tabindex='0']")?.focus();
		});
		page.facts.render(byId("facts"), model.sources);
		listen(draw);
		draw(all());
		watchWidth();
		document.documentElement.dataset.ready = "yes";
	}

	/** A page that cannot draw says so, instead of staying empty. */
	main().catch(error => {
		byId("trouble").textContent =
			`This page could not be drawn: ${error.message}. It needs a browser of 2023 or later.`;
		byId("trouble").hidden = false;
		throw error;
	});
})();
