// SPDX-License-Identifier: MIT
"use strict";
/** The machine and the run: what a reader needs to do it again. */
(() => {
	const {h, table} = page.dom;
	const {count} = page.text;

	function runFacts(source, run) {
		return [
			["file", source.file],
			["engine", run.engine],
			["kernel", run.kernel],
			["HZ", run.hz],
			["seed", run.seed],
			["phases", run.phases],
			["started", run.started || "not known"],
			["deadpeer", run.version],
			["command", run.command],
			...Object.entries(run.sysctls),
		];
	}

	function oneRun(source, run) {
		const rows = runFacts(source, run);

		return h(
			"div.card",
			{},
			h(
				"div.head",
				{},
				h("h3", {}, `${run.engine} engine, kernel ${run.kernel}`),
				h(
					"div.tools",
					{},
					page.save.rowButtons(
						"deadpeer-machine",
						() => [["fact", "value"], ...rows],
						`facts of ${source.file}`
					)
				)
			),
			h(
				"div.scroll",
				{
					tabindex: "0",
					role: "region",
					"aria-label": `Facts of ${source.file}, kernel ${run.kernel}`,
				},
				table(
					`Facts of ${source.file}`,
					["Fact", "Value"],
					rows.map(([key, value]) => [key, h("code", {}, value)])
				)
			)
		);
	}

	/** @param {HTMLElement} element @param {Array<Source>} sources */
	function render(element, sources) {
		element.replaceChildren(
			h("h2", {id: "facts-title"}, "The machine"),
			h(
				"div.pair",
				{},
				sources.flatMap(source => source.runs.map(run => oneRun(source, run)))
			)
		);
	}

	/** The first lines of the page: which world, how many trials, how they ended. */
	function totals(world, list, source) {
		const n = {passed: 0, failed: 0, skipped: 0, invalid: 0, alarms: 0},
			again = new Set();

		for (const cell of source.cells) {
			for (let i = 0; i < cell.n; i++) {
				const verdict = cell.at("verdict", i);

				n.passed += verdict === "pass";
				n.skipped += verdict === "skip";
				n.invalid += verdict === "invalid" || verdict === "error";
				n.failed += ["early", "late", "missed", "false_alarm"].includes(verdict);
				n.alarms += cell.at("outcome", i) === "false_alarm";
				if (cell.at("again", i)) again.add(page.text.place(cell));
			}
		}
		const scenarios = new Set(source.cells.map(page.text.place)).size,
			run = source.runs[0];
		const methods = new Set(source.cells.map(cell => cell.method)).size;
		const item = (value, text, cls) => h("li", {class: cls}, h("b", {}, value), ` ${text}`);

		const day = run.started ? `, ${run.started.slice(0, 10)}` : "";

		world.textContent =
			`${source.world}, seed ${run.seed}, ${count(run.phases, "phase")}${day}`;
		list.replaceChildren(
			item(source.trials, "trials"),
			item(scenarios, "scenarios"),
			item(methods, "methods"),
			item(n.passed, "passed", "good"),
			item(n.failed, "failed", n.failed ? "bad" : null),
			item(
				n.alarms,
				n.alarms === 1 ? "false alarm" : "false alarms",
				n.alarms ? "warn" : null
			),
			item(n.skipped, "skipped"),
			...(n.invalid ? [item(n.invalid, "invalid or in error", "warn")] : []),
			...(again.size ? [item(again.size, "run again", "warn")] : [])
		);
	}

	page.facts = {render, totals};
})();
