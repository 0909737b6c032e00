// SPDX-License-Identifier: MIT
"use strict";
/** The heat map: a table, so that it can be read, copied and printed; its cells are buttons. */
(() => {
	const {h, say} = page.dom;
	const {view, set} = page.state;
	const {summary, name} = page.cells;

	/** How a cell looks: text, colours, class, and what it says in words. */
	function look(cell) {
		const s = summary(cell);

		if (view.show === "change") return page.compare.look(cell);
		return {
			text: s.short,
			more: s.state === "time" && s.noticed < cell.n ? `${s.noticed} of ${cell.n}` : "",
			state: s.state,
			colour: s.state === "time" ? page.scale.colour(s.median) : null,
			words: s.long,
		};
	}

	function cellButton(cell) {
		const l = look(cell),
			chosen = view.cell === cell.key;

		return h(
			`button.c.s-${l.state}`,
			{
				type: "button",
				tabindex: "-1",
				"data-key": cell.key,
				style: l.colour ? `background:${l.colour.fill};color:${l.colour.ink}` : null,
				"aria-label": `${name(cell)}: ${l.words}`,
				"aria-current": chosen ? "true" : null,
			},
			l.text,
			l.more ? h("small", {}, l.more) : null
		);
	}

	function headRows(m) {
		const grouped = m.columns.some(column => column.group);
		const spans = [];

		for (const column of m.columns) {
			if (spans.length && spans[spans.length - 1].group === column.group)
				spans[spans.length - 1].n++;
			else spans.push({group: column.group, n: 1});
		}
		const corner = h("th.corner", {scope: "col", rowspan: grouped ? 2 : null}, m.corner);
		const labels = m.columns.map(column =>
			h(
				"th.label",
				{scope: "col", class: column.first && grouped ? "label first" : "label"},
				h("span", {}, column.label)
			)
		);

		return grouped
			? [
					h(
						"tr.groups",
						{},
						corner,
						spans.map(({group, n}) =>
							h("th", {colspan: n, scope: "colgroup"}, h("span", {}, group))
						)
					),
					h("tr", {}, labels),
				]
			: [h("tr", {}, corner, labels)];
	}

	function bodies(m, place) {
		const out = [];

		m.rows.forEach((row, r) => {
			if (row.first) {
				out.push(
					h(
						"tbody",
						{},
						h(
							"tr.group",
							{},
							h("th", {scope: "rowgroup"}, row.group || "other"),
							h("td", {colspan: m.columns.length, "aria-hidden": "true"})
						)
					)
				);
			}
			out[out.length - 1].append(
				h(
					"tr",
					{},
					h("th", {scope: "row", title: row.label}, row.label),
					m.columns.map((column, c) => place(r, c))
				)
			);
		});
		return out;
	}

	/** The buttons, where the arrow keys find them: [row][column] a list. */
	let places = [];
	let drawn = null;

	function place(m, r, c) {
		const buttons = m.at[r][c].map(cellButton);

		buttons.forEach((button, k) => Object.assign(button.dataset, {r, c, k}));
		places[r][c] = buttons;
		return h("td", {}, buttons);
	}

	/** Draws the cells into the element. */
	function render(element, cells) {
		const m = page.heatModel.make(cells),
			focused = document.activeElement?.dataset?.key;
		const top = element.scrollTop,
			left = element.scrollLeft;

		drawn = m;
		places = m.rows.map(() => []);
		const grid = h(
			"table.heat",
			{
				class: `heat by-${m.layout}`,
				role: "grid",
				style: `--columns:${m.columns.length}`,
				"aria-labelledby": "heat-title",
				onclick: click,
				onkeydown: keydown,
				onpointerover: event => hint(event.target.closest("button.c")),
				onpointerleave: () => hint(null),
				onfocusin: event =>
					hint(event.target.closest("button.c"), event.target.matches(":focus-visible")),
				onfocusout: () => hint(null),
			},
			h("thead", {}, headRows(m)),
			bodies(m, (r, c) => place(m, r, c))
		);

		element.replaceChildren(
			cells.length ? grid : h("p.empty", {}, "No cell is left: the filters exclude them all.")
		);
		const all = places.flat(2);
		const start = all.find(b => b.dataset.key === view.cell) ?? all[0];

		if (start) start.tabIndex = 0;
		if (focused !== undefined)
			all.find(b => b.dataset.key === focused)?.focus({preventScroll: true});
		element.scrollTo(left, top);
	}

	/** The chosen cell is marked, and nothing else changes. */
	function mark() {
		for (const button of places.flat(2)) {
			if (button.dataset.key === view.cell) button.setAttribute("aria-current", "true");
			else button.removeAttribute("aria-current");
		}
	}

	function click(event) {
		const button = event.target.closest("button.c");

		if (button) {
			focus(button);
			set({cell: button.dataset.key, trial: ""});
			say(`${button.getAttribute("aria-label")}. Its distribution and trials are below.`);
		}
	}

	function focus(button) {
		places.flat(2).forEach(other => {
			other.tabIndex = other === button ? 0 : -1;
		});
		button.focus();
		button.scrollIntoView({block: "nearest", inline: "nearest"});
	}

	/** The next place in a direction that holds a cell. */
	function step(r, c, dr, dc) {
		for (r += dr, c += dc; places[r]?.[c]; r += dr, c += dc) {
			if (places[r][c].length) return places[r][c];
		}
		return null;
	}

	/** The same column in the next or the previous group; else its nearest cell. */
	function stepGroup(r, c, by) {
		const group = drawn.rows[r].group;

		for (r += by; places[r]; r += by) {
			if (drawn.rows[r].group !== group && places[r][c].length) return places[r][c];
		}
		return null;
	}

	const inRow = r => places[r].flat();

	function target(key, ctrl, r, c, k) {
		const here = places[r][c];

		switch (key) {
			case "ArrowRight":
				return step(r, c, 0, 1)?.at(Math.min(k, step(r, c, 0, 1).length - 1));
			case "ArrowLeft":
				return step(r, c, 0, -1)?.at(Math.min(k, step(r, c, 0, -1).length - 1));
			case "ArrowDown":
				return here[k + 1] ?? step(r, c, 1, 0)?.[0];
			case "ArrowUp":
				return here[k - 1] ?? step(r, c, -1, 0)?.at(-1);
			case "Home":
				return ctrl ? places.flat(2)[0] : inRow(r)[0];
			case "End":
				return ctrl ? places.flat(2).at(-1) : inRow(r).at(-1);
			case "PageDown":
				return stepGroup(r, c, 1)?.[0];
			case "PageUp":
				return stepGroup(r, c, -1)?.[0];
			default:
				return undefined;
		}
	}

	const KEYS = [
		"ArrowRight",
		"ArrowLeft",
		"ArrowDown",
		"ArrowUp",
		"Home",
		"End",
		"PageDown",
		"PageUp",
	];

	function keydown(event) {
		const button = event.target.closest("button.c");

		if (!button || !KEYS.includes(event.key)) return;
		const {r, c, k} = button.dataset;
		const to = target(event.key, event.ctrlKey, Number(r), Number(c), Number(k));

		event.preventDefault();
		if (to) focus(to);
	}

	/** The words of a cell beside it, for eyes; a screen reader has them as its name. */
	function hint(button, shown = true) {
		const tip = page.dom.byId("tip");

		tip.hidden = !button || !shown;
		if (tip.hidden) return;
		const [title, ...words] = button.getAttribute("aria-label").split(": ");
		const box = button.getBoundingClientRect();

		tip.replaceChildren(h("b", {}, title), h("span", {}, words.join(": ")));
		const x = Math.min(box.left, innerWidth - tip.offsetWidth - 8);
		const below = box.bottom + 6,
			above = box.top - tip.offsetHeight - 6;

		tip.style.left = `${Math.max(8, x)}px`;
		tip.style.top = `${below + tip.offsetHeight < innerHeight ? below : above}px`;
	}

	page.heat = {render, mark, look, model: () => drawn};
})();
