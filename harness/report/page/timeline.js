// SPDX-License-Identifier: MIT
"use strict";
/** When things happened in the trials of a cell. */
(() => {
	const {time} = page.text;
	const {BASE, DECADES, unitFor, tickText} = page.figures;
	const V = vendor;

	/** The lanes of the timeline: one for each trial, times in ns from the fault's return. */
	function lanes(cell) {
		return Array.from({length: cell.n}, (_, i) => {
			const armed = cell.at("armed_ns", i),
				fault = cell.at("fault_after_ns", i);
			const detect = cell.at("detect_ns", i),
				window = cell.window(i);

			if (armed === null || fault === null) return null;
			return {
				i,
				armed: armed - fault,
				before: cell.at("fault_before_ns", i) - fault,
				detect,
				end: detect ?? cell.watched(i) + armed - fault,
				window: Array.isArray(window) ? window : null,
				failed: !["pass", "skip"].includes(cell.at("verdict", i)),
				saw: cell.at("saw", i) ?? "",
				errno: cell.at("errno", i),
			};
		}).filter(Boolean);
	}

	const LANES_MAX = 40;
	const TEXT_ROW = 18; /* lanes of this height have room for a time */

	/** Whether the spread of the times asks for a logarithmic axis. */
	function wantsLog(list) {
		const sizes = list
			.flatMap(l => [Math.abs(l.armed), Math.abs(l.detect ?? l.end)])
			.filter(v => v > 0);

		return Math.max(...sizes) / Math.min(...sizes) > 50;
	}

	function logScale(from, to, width) {
		const marks = [...DECADES.map(v => -v).reverse(), 0, ...DECADES].filter(
			v => v >= from * 1.3 && v <= to * 1.3
		);
		const every = Math.ceil(marks.length / Math.max(4, width / 62));
		const zero = marks.indexOf(0);

		return {
			unit: 1,
			log: true,
			type: "symlog",
			constant: 1e6,
			domain: [from * 1.5, to * 2.2],
			ticks: marks.filter((v, i) => (i - zero) % every === 0),
			tickFormat: tickText,
			label: "time from the fault →",
		};
	}

	function linearScale(from, to, width) {
		const [name, unit] = unitFor(Math.max(to, -from));
		const air = (to - from) * 0.06;

		return {
			unit,
			log: false,
			domain: [(from - air) / unit, (to + 2 * air) / unit],
			ticks: Math.max(3, Math.round(width / 100)),
			label: `time from the fault (${name}) →`,
		};
	}

	/** Plot's options for the time axis, and the ns in one of its units. */
	function timeScale(list, axis, width) {
		const log = axis ? axis === "log" : wantsLog(list);
		const ends = list.map(l => l.end);
		const windows = list
			.filter(l => l.window)
			.map(l => Math.min(l.window[1], 1.5 * Math.max(l.end, l.window[0])));
		const from = Math.min(...list.map(l => l.armed), 0);
		const to = Math.max(...ends, ...windows, 1e6);

		return log ? logScale(from, to, width) : linearScale(from, to, width);
	}

	/** What lies behind the lanes: the chosen one, theory's windows, the fault between its stamps. */
	function backMarks(shown, {x, y, left, right, chosen}) {
		return [
			V.rect(
				shown.filter(l => l.i === chosen),
				{y, x1: left, x2: right, fill: "var(--accent)", fillOpacity: 0.12}
			),
			V.rect(
				shown.filter(l => l.window),
				{
					y,
					x1: l => x(l.window[0]),
					x2: l => x(l.window[1]),
					fill: "var(--window)",
					fillOpacity: 0.3,
					stroke: "var(--window)",
					strokeOpacity: 0.9,
				}
			),
			V.rect([shown[0]], {
				x1: x(shown[0].before),
				x2: x(0),
				fill: "var(--bad)",
				fillOpacity: 0.5,
			}),
			V.ruleX([0], {stroke: "var(--bad)", strokeWidth: 2}),
		];
	}

	/** A detection, by whether it was where theory allows it. */
	function noticedMark(shown, {x, y}, failed) {
		return V.dot(
			shown.filter(l => l.detect !== null && l.failed === failed),
			{
				x: l => x(l.detect),
				y,
				r: 5,
				symbol: failed ? "diamond2" : "circle",
				fill: failed ? "var(--bad)" : "var(--accent)",
				stroke: "var(--back)",
				title: l => `${time(l.detect, 9)} ${l.saw}`,
				ariaLabel: () => (failed ? "failed" : "noticed"),
			}
		);
	}

	/** One lane a trial: from armed to the detection or to the end of the watch. */
	function laneMarks(shown, at) {
		const {x, y} = at;

		return [
			V.link(shown, {
				x1: l => x(l.armed),
				x2: l => x(l.end),
				y1: y,
				y2: y,
				stroke: "var(--ink)",
				strokeWidth: 1.5,
			}),
			V.dot(shown, {
				x: l => x(l.armed),
				y,
				symbol: "triangle2",
				r: 4,
				fill: "var(--ink)",
				title: l => `armed ${time(l.armed, 9)}`,
			}),
			V.dot(
				shown.filter(l => l.detect === null),
				{
					x: l => x(l.end),
					y,
					symbol: "cross",
					rotate: 45,
					r: 4,
					fill: l => (l.failed ? "var(--bad)" : "var(--dim)"),
					ariaLabel: () => "silent",
					title: l => `not noticed within ${time(l.end, 9)}`,
				}
			),
			noticedMark(shown, at, false),
			noticedMark(shown, at, true),
		];
	}

	function textMarks(shown, {x, y, row}, fault) {
		return [
			V.text(row >= TEXT_ROW ? shown : [], {
				x: l => x(l.end),
				y,
				dx: 10,
				textAnchor: "start",
				fill: "var(--ink)",
				stroke: "var(--back)",
				strokeWidth: 4,
				text: l => (l.detect === null ? `until ${time(l.end)}` : time(l.detect)),
			}),
			V.text([`fault: ${fault}`], {
				x: 0,
				frameAnchor: "top",
				dy: -14,
				fill: "var(--bad)",
				fontWeight: 600,
			}),
		];
	}

	/** @param {function(boolean): Node} tools gets whether the axis is logarithmic */
	function draw(cell, chosen, axis, width, tools) {
		const all = lanes(cell);
		const shown = all.filter(l => l.i < LANES_MAX || l.i === chosen);

		if (!shown.length) return null;
		const {unit, log, ...scale} = timeScale(shown, axis, width);
		const [left, right] = scale.domain;
		const at = {
			x: ns => Math.min(Math.max(ns / unit, left), right),
			y: l => String(l.i + 1),
			left,
			right,
			chosen,
			row: Math.max(14, Math.min(30, 220 / shown.length)),
		};
		const svg = V.plot({
			...BASE,
			width,
			height: 74 + shown.length * at.row,
			marginLeft: 46,
			marginBottom: 40,
			x: scale,
			y: {
				type: "band",
				label: cell.n > 1 ? "phase" : null,
				domain: shown.map(at.y),
				padding: 0.25,
				tickSize: 0,
			},
			color: {type: "identity"},
			marks: [
				V.gridX({ticks: scale.ticks, stroke: "var(--line)", strokeOpacity: 1}),
				backMarks(shown, at),
				laneMarks(shown, at),
				textMarks(shown, at, cell.at("fault", 0)),
			],
		});
		const more = all.length - shown.length;

		return page.save.figure(
			"timeline",
			"Timeline of the trials: armed ▴, fault, theory's window, noticed ● or outside of it ◆, " +
				`end of the watch ×${more ? `; ${more} more phases are in the table` : ""}`,
			svg,
			tools(log)
		);
	}

	page.timeline = {draw};
})();
