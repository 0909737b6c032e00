// SPDX-License-Identifier: MIT
"use strict";
/** How the detection times of a cell are distributed, against what theory allows. */
(() => {
	const {time, range} = page.text;
	const {summary} = page.cells;
	const {BASE, unitFor, around, windows, hull} = page.figures;
	const V = vendor;

	/** The steps of a distribution function over all that ran: who never noticed never counts. */
	function steps(cell, from, to, unit) {
		const s = summary(cell),
			n = page.cells.ran(cell).length;
		const points = s.times.map((ns, i) => ({x: ns / unit, y: (i + 1) / n}));

		return [{x: from / unit, y: 0}, ...points, {x: to / unit, y: s.times.length / n}];
	}

	function caption(cell, list) {
		const s = summary(cell),
			n = page.cells.ran(cell).length;
		const noticed = s.noticed
			? `${s.noticed} of ${n} trials noticed`
			: `none of ${n} trials noticed`;

		return (
			`Detection times: ${noticed}` +
			hull(list)
				.map(([lo, hi]) => `; theory (shaded) allows ${range(lo, hi)}`)
				.join("")
		);
	}

	/** A distribution function: its first and last point only lead to the edges. */
	const curve = (points, ns, stroke, strokeDasharray) => [
		V.line(points, {
			x: "x",
			y: "y",
			curve: "step-after",
			stroke,
			strokeWidth: 2,
			strokeDasharray,
		}),
		V.dot(points.slice(1, -1), {
			x: "x",
			y: "y",
			r: 3.5,
			fill: stroke,
			stroke: "var(--back)",
			title: d => `${time(d.x * ns, 9)}, ${Math.round(100 * d.y)} %`,
			tip: {format: {x: false, y: false}},
		}),
	];

	/** Windows, each at least so wide that it can be seen. */
	const band = (list, ns, least, fillOpacity) =>
		V.rect(list, {
			x1: w => w[0] / ns,
			x2: w => Math.max(w[1], w[0] + least) / ns,
			y1: 0,
			y2: 1,
			fill: "var(--window)",
			fillOpacity,
		});

	/**
	 * The empirical distribution of detection times, theory's windows shaded: light from the earliest
	 * to the latest, darker each trial's own.
	 * @param {Cell} cell @param {Cell|null} other of run B @param {number} width
	 */
	function draw(cell, other, width) {
		const list = windows(cell),
			times = summary(cell).times;
		const more = other ? summary(other).times : [];
		const horizon = cell.at("horizon_ns", 0);
		const values = [...times, ...more, ...list.flat()];
		const [from, to] = values.length ? around(values) : [0, horizon];
		const [unit, ns] = unitFor(to);
		const shade = list.length > 1 ? Math.max(0.06, 0.3 / Math.sqrt(list.length)) : 0.12;
		const svg = V.plot({
			...BASE,
			width,
			height: Math.min(300, Math.max(220, width * 0.5)),
			marginLeft: 46,
			marginBottom: 40,
			x: {
				label: `time from the fault (${unit}) →`,
				domain: [from / ns, to / ns],
				ticks: Math.max(3, Math.round(width / 110)),
			},
			y: {
				label: "↑ share of trials that noticed",
				domain: [0, 1],
				tickFormat: d => `${Math.round(100 * d)} %`,
				ticks: 4,
				grid: true,
			},
			marks: [
				band(hull(list), ns, 0, 0.12),
				band(list, ns, (to - from) * 0.004, shade),
				V.ruleY([0]),
				curve(steps(cell, from, to, ns), ns, "var(--accent)"),
				other ? curve(steps(other, from, to, ns), ns, "var(--second)", "5 3") : null,
				values.length
					? null
					: V.text([`never noticed within ${time(horizon)}`], {
							frameAnchor: "middle",
							fill: "var(--dim)",
							fontSize: 14,
						}),
			],
		});

		return page.save.figure("ecdf", caption(cell, list), svg);
	}

	page.ecdf = {draw};
})();
