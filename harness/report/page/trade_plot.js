// SPDX-License-Identifier: MIT
"use strict";
/** The plot of tunings: how soon against how many packets, the front in full colour. */
(() => {
	const {time, figure: fig} = page.text;
	const {BASE, DECADES, LOG, tickText} = page.figures;
	const V = vendor;
	const NAME_MAX = 34;

	/** Logarithmic, and linear below one packet an hour where a tuning sends nothing. */
	function packetScale(points) {
		const least = Math.min(...points.map(p => p.packets));
		const most = Math.max(...points.map(p => p.packets), 10);
		const axis = {
			tickFormat: d => d.toLocaleString("en"),
			label: "packets per hour →",
			grid: true,
		};
		const tens = [1, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8].filter(
			v => v <= most * 2 && v >= least / 2
		);

		if (least > 0)
			return {
				...axis,
				type: "log",
				domain: [least / 2, most * 2],
				ticks: tens.length > 1 ? tens : 3,
			};
		return {...axis, type: "symlog", constant: 1, domain: [0, most * 2], ticks: [0, ...tens]};
	}

	function timeScale(points) {
		const least = Math.min(...points.map(p => p.p99));
		const most = Math.max(...points.map(p => p.p99));

		return {
			...LOG,
			domain: [least / 1.6, most * 1.8],
			ticks: [1e3, 1e4, 1e5, ...DECADES].filter(v => v >= least / 3 && v <= 3 * most),
			tickFormat: tickText,
			label: "↑ 99 % noticed within",
			grid: true,
		};
	}

	const AT = {x: "packets", y: "p99"};
	const colour = p => (p.mistakes > 0 ? "var(--warn)" : "var(--accent)");
	const cut = name => (name.length > NAME_MAX ? `${name.slice(0, NAME_MAX - 1)}…` : name);

	function dots(points) {
		return V.dot(points, {
			...AT,
			symbol: p => (p.mistakes > 0 ? "triangle" : "circle"),
			r: p => (p.front ? 6 : 4),
			fill: p => (p.front ? colour(p) : "var(--back)"),
			stroke: colour,
			strokeWidth: 1.5,
			title: p =>
				`${p.name}\n${time(p.p99)} (p99), ${fig(p.packets)} packets/h, ` +
				`${fig(p.mistakes)} mistakes/day`,
			tip: {format: {x: false, y: false}},
		});
	}

	/** Names beside their dots, on the side where there is room. */
	function names(points, left) {
		return V.text(points, {
			...AT,
			text: p => cut(p.name),
			dx: left ? -9 : 9,
			dy: -9,
			textAnchor: left ? "end" : "start",
			fill: "var(--ink)",
			stroke: "var(--back)",
			strokeWidth: 4,
		});
	}

	const LINE = 15,
		LETTER = 6.8; /* px, about */

	/** Those whose names overlap no earlier one, by where the scales put them. */
	function apart(points, {x, y, width, height}) {
		const spread = ([from, to], v) => {
			const log = n => Math.log(Math.max(n, 1));

			return (log(v) - log(from)) / (log(to) - log(from));
		};
		const taken = [];

		return points.filter(p => {
			const right = spread(x.domain, p.packets) > 0.5;
			const at = spread(x.domain, p.packets) * width;
			const size = LETTER * cut(p.name).length + 18;
			const box = {
				from: right ? at - size : at,
				to: right ? at : at + size,
				y: spread(y.domain, p.p99) * height,
			};
			const free = taken.every(
				o => box.to < o.from || box.from > o.to || Math.abs(box.y - o.y) > LINE
			);

			if (free) taken.push(box);
			return free;
		});
	}

	/** @param {Array} points of page.trade that noticed something @param {number} width */
	function draw(points, width) {
		const front = points
			.filter(p => p.front)
			.sort((a, b) => a.packets - b.packets || b.p99 - a.p99);
		const height = Math.min(480, Math.max(340, width * 0.5));
		const x = packetScale(points);
		const y = timeScale(points);
		const middle = Math.sqrt(Math.max(x.domain[0], 1) * x.domain[1]);
		const named = apart(
			[...front].sort((a, b) => a.mistakes - b.mistakes),
			{x, y, width: width - 92, height: height - 68}
		);

		return V.plot({
			...BASE,
			width,
			height,
			marginLeft: 62,
			marginBottom: 44,
			marginRight: 30,
			x,
			y,
			r: {type: "identity"},
			symbol: {type: "identity"},
			color: {type: "identity"},
			marks: [
				V.line(
					front.filter(p => p.mistakes === 0),
					{
						...AT,
						curve: "step-after",
						stroke: "var(--accent)",
						strokeOpacity: 0.6,
						strokeWidth: 2,
					}
				),
				names(
					named.filter(p => p.packets <= middle),
					false
				),
				names(
					named.filter(p => p.packets > middle),
					true
				),
				dots(points),
			],
		});
	}

	page.tradePlot = {draw};
})();
