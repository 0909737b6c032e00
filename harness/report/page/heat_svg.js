// SPDX-License-Identifier: MIT
"use strict";
/** The heat map as a drawing of its own, for slides and papers. */
(() => {
	const SVG = "http://www.w3.org/2000/svg";
	const SIZE = {width: 58, line: 20, gap: 2, head: 132, label: 210, group: 22};
	const FONT = "system-ui, 'Segoe UI', 'DejaVu Sans', sans-serif";

	function s(name, attributes, text) {
		const element = document.createElementNS(SVG, name);

		for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
		if (text !== undefined) element.textContent = text;
		return element;
	}

	/** The theme's colours as they are now. */
	function theme() {
		const style = getComputedStyle(document.documentElement);
		const of = name => style.getPropertyValue(name).trim();

		return {
			ink: of("--ink"),
			dim: of("--dim"),
			line: of("--line"),
			bad: of("--bad"),
			warn: of("--warn"),
			faint: of("--faint"),
		};
	}

	const OUTLINE = {failed: "bad", alarm: "warn", invalid: "warn", skip: "line"};

	const INK = {failed: "bad", alarm: "warn", invalid: "warn", later: "ink"};

	function drawCell(cell, x, y, height, colours) {
		const look = page.heat.look(cell),
			outline = OUTLINE[look.state];
		const fill =
			look.colour?.fill ??
			(look.state === "never" || look.state === "later" ? colours.faint : "none");
		const group = s("g", {});

		group.append(
			s("title", {}, `${page.cells.name(cell)}: ${look.words}`),
			s("rect", {
				x,
				y,
				width: SIZE.width - SIZE.gap,
				height: height - SIZE.gap,
				rx: 2,
				fill,
				stroke: outline ? colours[outline] : "none",
				"stroke-width": outline === "line" ? 1 : 2,
				...(look.state === "skip" ? {"stroke-dasharray": "2 2"} : {}),
			}),
			s(
				"text",
				{
					x: x + (SIZE.width - SIZE.gap) / 2,
					y: y + (height - SIZE.gap) / 2 + 4,
					"text-anchor": "middle",
					"font-size": 11,
					fill: look.colour?.ink ?? colours[INK[look.state] ?? "dim"],
				},
				look.text
			)
		);
		return group;
	}

	function drawHead(m, colours) {
		return m.columns.map((column, c) => {
			const x = SIZE.label + c * SIZE.width + SIZE.width / 2;

			return s(
				"text",
				{
					x: 0,
					y: 0,
					"font-size": 12,
					fill: colours.ink,
					transform: `translate(${x},${SIZE.head - 6}) rotate(-50)`,
				},
				column.label
			);
		});
	}

	/** @returns {SVGSVGElement} not in the page */
	function draw(m) {
		const colours = theme(),
			parts = drawHead(m, colours);
		let y = SIZE.head;

		m.rows.forEach((row, r) => {
			const lines = Math.max(1, ...m.at[r].map(cells => cells.length));

			if (row.first) {
				parts.push(
					s(
						"text",
						{x: 4, y: y + 15, "font-size": 12, "font-weight": 700, fill: colours.ink},
						row.group || "other"
					)
				);
				y += SIZE.group;
			}
			parts.push(
				s("text", {x: 12, y: y + 13, "font-size": 11, fill: colours.ink}, row.label)
			);
			m.at[r].forEach((cells, c) => {
				const height = (lines * SIZE.line) / Math.max(1, cells.length);

				cells.forEach((cell, k) =>
					parts.push(
						drawCell(cell, SIZE.label + c * SIZE.width, y + k * height, height, colours)
					)
				);
			});
			y += lines * SIZE.line;
		});
		const width = SIZE.label + m.columns.length * SIZE.width + 60;
		const svg = s("svg", {
			xmlns: SVG,
			viewBox: `0 0 ${width} ${y + 8}`,
			width,
			height: y + 8,
			"font-family": FONT,
		});

		svg.append(...parts);
		return svg;
	}

	page.heatSvg = {draw};
})();
