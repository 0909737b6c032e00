// SPDX-License-Identifier: MIT
"use strict";
/**
 * What stands where in the heat map.
 *
 * By scenario, a row is a scenario and a column a method; the tunings of one method in one scenario
 * stand in one place, one below the other. By tuning, a row is a method with its options and a
 * column a scenario: better where few scenarios meet many tunings, as in a sweep.
 */
(() => {
	const {view} = page.state;
	const TUNINGS_MAX = 6; /* more in one place: by tuning */

	const LAYOUTS = {
		scenarios: {
			row: cell => [cell.family, cell.scenario],
			column: cell => ["", cell.method],
			corner: "Scenario",
		},
		tunings: {
			row: cell => [cell.method, cell.options || "defaults"],
			column: cell => [cell.family, cell.scenario],
			corner: "Tuning",
		},
	};

	function layoutFor(cells) {
		const places = new Map();

		if (LAYOUTS[view.layout]) return view.layout;
		for (const cell of cells) {
			const at = `${cell.family}\n${cell.scenario}\n${cell.method}`;

			places.set(at, (places.get(at) ?? 0) + 1);
		}
		return Math.max(0, ...places.values()) > TUNINGS_MAX ? "tunings" : "scenarios";
	}

	/** Groups and their labels in the order of the file. @returns {Array<{name, labels}>} */
	function axis(cells, of) {
		const groups = new Map();

		for (const cell of cells) {
			const [group, label] = of(cell);

			if (!groups.has(group)) groups.set(group, new Map());
			groups.get(group).set(label, (groups.get(group).get(label) ?? 0) + 1);
		}
		return [...groups].map(([group, labels]) => ({name: group, labels}));
	}

	/**
	 * What stands where. `rows` and `columns` are [{group, label, first}], `at[row][column]` the
	 * cells of a place.
	 */
	function model(cells) {
		const layout = layoutFor(cells),
			{row, column, corner} = LAYOUTS[layout];
		const flat = groups =>
			groups.flatMap(({name: group, labels}) =>
				[...labels].map(([label, n], i) => ({group, label, n, first: i === 0}))
			);
		const rows = flat(axis(cells, row)),
			columns = flat(axis(cells, column));

		/* Methods that are in most scenarios come first. */
		if (layout === "scenarios") columns.sort((a, b) => b.n - a.n);
		const index = list => new Map(list.map((x, i) => [`${x.group}\n${x.label}`, i]));
		const rowOf = index(rows),
			columnOf = index(columns);
		const at = rows.map(() => columns.map(() => []));

		for (const cell of cells)
			at[rowOf.get(row(cell).join("\n"))][columnOf.get(column(cell).join("\n"))].push(cell);
		return {layout, corner, rows, columns, at};
	}

	page.heatModel = {make: model};
})();
