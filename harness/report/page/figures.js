// SPDX-License-Identifier: MIT
"use strict";
/** The plots, with Observable Plot. Colours are the page's variables, so that a theme just applies. */
(() => {
	const {time, range} = page.text;
	const {summary} = page.cells;
	const V = vendor;

	const BASE = {style: {background: "none", fontSize: "12px", fontFamily: "inherit"}, marginTop: 24, marginRight: 24};
	const UNITS = [["h", 3.6e12], ["m", 6e10], ["s", 1e9], ["ms", 1e6], ["µs", 1e3], ["ns", 1]];

	/** A unit in which the largest of these times reads well. */
	function unitFor(largest) {
		return UNITS.find(([unit, ns]) => largest >= (unit === "h" || unit === "m" ? 2 * ns : ns)) ?? UNITS.at(-1);
	}

	/** The domain around these values, with some air. */
	function around(values) {
		const lo = Math.min(...values), hi = Math.max(...values);
		const air = (hi - lo || Math.abs(hi) || 1) * 0.08;

		return [lo >= 0 ? Math.max(0, lo - air) : lo - air, hi + air];
	}

	/** Distinct windows of a cell's trials, in ns. */
	function windows(cell) {
		const seen = new Map();

		for (let i = 0; i < cell.n; i++) {
			const window = cell.window(i);

			if (Array.isArray(window))
				seen.set(String(window), window);
		}
		return [...seen.values()];
	}

	/** From the earliest to the latest of all windows, as a list of one or none. */
	const hull = list => list.length ? [[Math.min(...list.map(w => w[0])), Math.max(...list.map(w => w[1]))]] : [];

	/** The steps of a distribution function over all trials that ran: what never noticed never counts. */
	function steps(cell, from, to, unit) {
		const s = summary(cell), n = page.cells.ran(cell).length;
		const points = s.times.map((ns, i) => ({x: ns / unit, y: (i + 1) / n}));

		return [{x: from / unit, y: 0}, ...points, {x: to / unit, y: s.times.length / n}];
	}

	function caption(cell, list) {
		const s = summary(cell), n = page.cells.ran(cell).length;
		const noticed = s.noticed ? `${s.noticed} of ${n} trials noticed` : `none of ${n} trials noticed`;

		return `Detection times: ${noticed}` + hull(list).map(([lo, hi]) => `; theory (shaded) allows ${range(lo, hi)}`).join("");
	}

	/**
	 * The empirical distribution of detection times, theory's windows shaded: light from the earliest
	 * to the latest, darker each trial's own.
	 * @param {Cell} cell @param {Cell|null} other of run B @param {number} width
	 */
	function ecdf(cell, other, width) {
		const list = windows(cell), times = summary(cell).times;
		const more = other ? summary(other).times : [];
		const horizon = cell.at("horizon_ns", 0);
		const values = [...times, ...more, ...list.flat()];
		const [from, to] = values.length ? around(values) : [0, horizon];
		const [unit, ns] = unitFor(to);
		const shade = list.length > 1 ? Math.max(0.06, 0.3 / Math.sqrt(list.length)) : 0.12;
		const line = (of, colour, dash) => [
			V.line(steps(of, from, to, ns), {x: "x", y: "y", curve: "step-after", stroke: colour, strokeWidth: 2, strokeDasharray: dash}),
			V.dot(steps(of, from, to, ns).slice(1, -1), {x: "x", y: "y", r: 3.5, fill: colour, stroke: "var(--back)",
				title: d => `${time(d.x * ns, 9)}, ${Math.round(100 * d.y)} %`, tip: {format: {x: false, y: false}}})];
		const svg = V.plot({
			...BASE, width, height: Math.min(300, Math.max(220, width * 0.5)), marginLeft: 46, marginBottom: 40,
			x: {label: `time from the fault (${unit}) →`, domain: [from / ns, to / ns], ticks: Math.max(3, Math.round(width / 110))},
			y: {label: "↑ share of trials that noticed", domain: [0, 1], tickFormat: d => `${Math.round(100 * d)} %`, ticks: 4, grid: true},
			marks: [
				V.rect(hull(list), {x1: w => w[0] / ns, x2: w => w[1] / ns, y1: 0, y2: 1, fill: "var(--window)", fillOpacity: 0.12}),
				V.rect(list, {x1: w => w[0] / ns, x2: w => Math.max(w[1], w[0] + (to - from) * 0.004) / ns, y1: 0, y2: 1,
					fill: "var(--window)", fillOpacity: shade}),
				V.ruleY([0]),
				line(cell, "var(--accent)"),
				other ? line(other, "var(--second)", "5 3") : null,
				values.length ? null : V.text([`never noticed within ${time(horizon)}`], {frameAnchor: "middle", fill: "var(--dim)", fontSize: 14}),
			],
		});

		return page.save.figure("ecdf", caption(cell, list), svg);
	}

	/* Where a logarithmic time axis has its marks; ns. */
	const DECADES = [1e6, 1e7, 1e8, 1e9, 1e10, 6e10, 6e11, 3.6e12, 3.6e13, 3.6e14];
	const DECADE_TEXT = new Map([[6e10, "1 m"], [6e11, "10 m"], [3.6e12, "1 h"], [3.6e13, "10 h"], [3.6e14, "100 h"]]);

	/** A log scale of times; type "log" would label powers of ten only, and no minute or hour. */
	const LOG = {type: "symlog", constant: 1};

	function tickText(ns) {
		const size = Math.abs(ns), text = DECADE_TEXT.get(size) ?? (size ? `${Number(time(size).split(" ")[0])} ${time(size).split(" ")[1]}` : "fault");

		return ns < 0 ? `−${text}` : text;
	}

	/** The lanes of the timeline: one for each trial, times in ns from the fault's return. */
	function lanes(cell) {
		return Array.from({length: cell.n}, (_, i) => {
			const armed = cell.at("armed_ns", i), fault = cell.at("fault_after_ns", i);
			const detect = cell.at("detect_ns", i), window = cell.window(i);

			if (armed === null || fault === null)
				return null;
			return {i, armed: armed - fault, before: cell.at("fault_before_ns", i) - fault, detect,
				end: detect ?? cell.watched(i) + armed - fault, window: Array.isArray(window) ? window : null,
				failed: !["pass", "skip"].includes(cell.at("verdict", i)), saw: cell.at("saw", i) ?? "",
				errno: cell.at("errno", i)};
		}).filter(Boolean);
	}

	const LANES_MAX = 40;

	/** Whether the spread of the times asks for a logarithmic axis. */
	function wantsLog(list) {
		const sizes = list.flatMap(l => [Math.abs(l.armed), Math.abs(l.detect ?? l.end)]).filter(v => v > 0);

		return Math.max(...sizes) / Math.min(...sizes) > 50;
	}

	function timeScale(list, axis, width) {
		const log = axis ? axis === "log" : wantsLog(list);
		const ends = list.flatMap(l => [l.end, l.window ? Math.min(l.window[1], 1.5 * Math.max(l.end, l.window[0])) : l.end]);
		const from = Math.min(...list.map(l => l.armed), 0), to = Math.max(...ends, 1e6);

		if (log) {
			const marks = [...DECADES.map(v => -v).reverse(), 0, ...DECADES]
				.filter(v => v >= from * 1.3 && v <= to * 1.3);
			const every = Math.ceil(marks.length / Math.max(4, width / 62));
			const zero = marks.indexOf(0);

			return {log, type: "symlog", constant: 1e6, domain: [from * 1.5, to * 2.2],
				ticks: marks.filter((v, i) => (i - zero) % every === 0), tickFormat: tickText, label: "time from the fault →"};
		}
		const [unit, ns] = unitFor(Math.max(to, -from)), air = (to - from) * 0.06;

		return {log, domain: [from - air, to + 2 * air], ticks: Math.max(3, Math.round(width / 100)), label: `time from the fault (${unit}) →`,
			transform: v => v / ns, scaled: ns};
	}

	/**
	 * When things happened in each trial: armed, the fault between its two stamps, theory's window,
	 * and the detection or the end of the watch.
	 */
	function timeline(cell, chosen, axis, width, tools) {
		const all = lanes(cell), shown = all.length > LANES_MAX
			? all.filter(l => l.i < LANES_MAX || l.i === chosen) : all;

		if (!shown.length)
			return null;
		const {scaled = 1, transform, log, ...x} = timeScale(shown, axis, width);
		const at = v => v / scaled, [left, right] = transform ? x.domain.map(at) : x.domain;
		const clip = v => Math.min(Math.max(at(v), left), right);
		const y = l => String(l.i + 1);
		const said = l => `${time(l.detect, 9)} ${l.saw}`;
		const row = Math.max(14, Math.min(30, 220 / shown.length));
		const noticed = shown.filter(l => l.detect !== null), silent = shown.filter(l => l.detect === null);
		const svg = V.plot({
			...BASE, width, height: 74 + shown.length * row, marginLeft: 46, marginBottom: 40,
			x: {...x, domain: [left, right]},
			y: {type: "band", label: cell.n > 1 ? "phase" : null, domain: shown.map(y), padding: 0.25, tickSize: 0},
			marks: [
				V.gridX({ticks: x.ticks, stroke: "var(--line)", strokeOpacity: 1}),
				V.rect([chosen].filter(c => shown.some(l => l.i === c)), {y: c => String(c + 1), fill: "var(--accent)", fillOpacity: 0.12, x1: left, x2: right}),
				V.rect(shown.filter(l => l.window), {y, x1: l => clip(l.window[0]), x2: l => clip(l.window[1]),
					fill: "var(--window)", fillOpacity: 0.3, stroke: "var(--window)", strokeOpacity: 0.9}),
				V.rect([shown[0]], {x1: clip(shown[0].before), x2: clip(0), fill: "var(--bad)", fillOpacity: 0.5}),
				V.ruleX([0], {stroke: "var(--bad)", strokeWidth: 2}),
				V.link(shown, {x1: l => clip(l.armed), x2: l => clip(l.end), y1: y, y2: y, stroke: "var(--ink)", strokeWidth: 1.5}),
				V.dot(shown, {x: l => clip(l.armed), y, symbol: "triangle2", r: 4, fill: "var(--ink)", title: l => `armed ${time(l.armed, 9)}`}),
				V.dot(silent, {x: l => clip(l.end), y, symbol: "cross", rotate: 45, r: 4, fill: l => l.failed ? "var(--bad)" : "var(--dim)", ariaLabel: () => "silent", title: l => `not noticed within ${time(l.end, 9)}`}),
				V.dot(noticed.filter(l => !l.failed), {x: l => clip(l.detect), y, r: 5, fill: "var(--accent)", stroke: "var(--back)", title: said, ariaLabel: () => "noticed"}),
				V.dot(noticed.filter(l => l.failed), {x: l => clip(l.detect), y, r: 5, symbol: "diamond2", fill: "var(--bad)", stroke: "var(--back)", title: said, ariaLabel: () => "failed"}),
				row >= 18 ? V.text(shown, {x: l => clip(l.end), y, dx: 10, textAnchor: "start", fill: "var(--ink)", stroke: "var(--back)", strokeWidth: 4,
					text: l => l.detect === null ? `until ${time(l.end)}` : time(l.detect)}) : null,
				V.text([`fault: ${cell.at("fault", 0)}`], {x: 0, frameAnchor: "top", dy: -14, fill: "var(--bad)", fontWeight: 600}),
			],
			color: {type: "identity"},
		});
		const left_out = all.length - shown.length;

		return page.save.figure("timeline", "Timeline of the trials: armed ▴, fault, theory's window, noticed ● or outside of it ◆, end of the watch ×" +
			(left_out ? `; ${left_out} more phases are in the table` : ""), svg, tools(log));
	}

	page.figures = {windows, hull, ecdf, timeline, tickText, DECADES, LOG, BASE};
})();
