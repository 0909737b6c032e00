// SPDX-License-Identifier: MIT
"use strict";
/**
 * What a cell says, by the rules of deadpeer's tables (harness/report/report.c, cell.c): it shows
 * its worst trial, so that one failed phase is never hidden among many that passed.
 */
(() => {
	const {time, range, seen, tuning, count} = page.text;
	const SEVERITY = {
		skip: 0,
		pass: 1,
		invalid: 2,
		error: 3,
		early: 4,
		late: 4,
		missed: 5,
		false_alarm: 6,
	};
	const FAILED = 4;

	/** What a cell can be; `mark` says without colour what the colour says. */
	const STATES = {
		time: {name: "noticed", mark: ""},
		never: {name: "never", mark: ""},
		later: {name: "due later", mark: ""},
		quiet: {name: "quiet", mark: ""},
		alarm: {name: "false alarm, predicted", mark: "⚠"},
		failed: {name: "failed", mark: "✗"},
		invalid: {name: "invalid or error", mark: "!"},
		skip: {name: "skipped", mark: ""},
	};

	/** How far outside its window trial i was noticed; ns. */
	function excess(cell, i) {
		const at = cell.at("detect_ns", i),
			window = cell.window(i);

		if (at === null || !Array.isArray(window)) return 0;
		return Math.max(0, window[0] - at, at - window[1]);
	}

	function worst(cell) {
		let shown = 0;

		for (let i = 1; i < cell.n; i++) {
			const by = SEVERITY[cell.at("verdict", i)] - SEVERITY[cell.at("verdict", shown)];

			if (by > 0 || (by === 0 && excess(cell, i) > excess(cell, shown))) shown = i;
		}
		return shown;
	}

	function stateOf(cell, shown, noticed) {
		const verdict = cell.at("verdict", shown),
			outcome = cell.at("outcome", shown);

		if (SEVERITY[verdict] >= FAILED) return "failed";
		if (verdict === "error" || verdict === "invalid") return "invalid";
		if (verdict === "skip") return "skip";
		if (cell.all("outcome").includes("false_alarm")) return "alarm";
		if (noticed) return "time";
		if (outcome === "quiet") return "quiet";
		return cell.window(shown) === "never" ? "never" : "later";
	}

	/** The time a cell shows; "< 40 µs" where the method was quicker than the fault's own call. */
	function medianText(s) {
		return s.median < 0 ? `< ${time(s.bound)}` : time(s.median);
	}

	const FAILURES = {early: "early", late: "late", missed: "missed", false_alarm: "a false alarm"};

	/** A few characters for the heat map. */
	function shortText(cell, s) {
		const at = cell.at("detect_ns", s.shown);

		switch (s.state) {
			case "time":
				return medianText(s);
			case "later":
				return `> ${time(cell.at("horizon_ns", s.shown))}`;
			case "alarm":
				return `⚠ ${medianText(s)}`;
			case "failed":
				return `✗ ${at === null ? "missed" : time(at)}`;
			case "invalid":
				return cell.at("verdict", s.shown) === "error" ? "! error" : "! invalid";
			default:
				return s.state;
		}
	}

	/** The same in words: what a screen reader hears, and the first line of the detail. */
	function longText(cell, s) {
		const of = `${s.noticed} of ${cell.n}`,
			spread = cell.n > 1 && s.min !== s.max;
		const saw = cell.at("saw", s.shown);

		switch (s.state) {
			case "time":
				return (
					`noticed after ${medianText(s)}${cell.n > 1 ? " (median)" : ""}` +
					(s.noticed < cell.n ? `, ${of} trials` : "") +
					(spread ? `, ${range(Math.max(0, s.min), s.max)}` : "") +
					(saw ? `, ${seen(saw, cell.at("errno", s.shown))}` : "")
				);
			case "never":
				return "never noticed, as theory predicts";
			case "later":
				return `not noticed within ${time(cell.at("horizon_ns", s.shown))}, and not due before`;
			case "quiet":
				return "quiet, as it should be: nothing died";
			case "alarm":
				return `false alarm after ${medianText(s)}, as theory predicts`;
			case "failed":
				return (
					`failed: ${s.failed} of ${count(cell.n, "trial")}, ` +
					`the worst ${FAILURES[cell.at("verdict", s.shown)]}`
				);
			case "invalid":
				return `${cell.at("verdict", s.shown)}: ${cell.at("why", s.shown)}`;
			default:
				return `skipped: ${cell.at("why", s.shown)}`;
		}
	}

	function summarise(cell) {
		const detect = cell.all("detect_ns"),
			verdicts = cell.all("verdict");
		const span = i =>
			(cell.at("fault_after_ns", i) ?? 0) - (cell.at("fault_before_ns", i) ?? 0);
		const noticed = detect.flatMap((ns, i) => (ns === null ? [] : [i]));
		const times = page.stats.sorted(noticed.map(i => detect[i]));
		const shown = worst(cell);
		const s = {
			shown,
			times,
			noticed: times.length,
			passed: verdicts.filter(v => v === "pass").length,
			failed: verdicts.filter(v => SEVERITY[v] >= FAILED).length,
			median: null,
			bound: null,
			min: null,
			max: null,
		};

		if (times.length) {
			s.median = page.stats.median(times);
			s.bound = page.stats.median(page.stats.sorted(noticed.map(i => detect[i] + span(i))));
			s.min = times[0];
			s.max = times[times.length - 1];
		}
		s.state = stateOf(cell, shown, s.noticed);
		s.short = shortText(cell, s);
		s.long = longText(cell, s);
		return s;
	}

	const known = new WeakMap();

	/** The summary of a cell, made once. */
	function summary(cell) {
		if (!known.has(cell)) known.set(cell, summarise(cell));
		return known.get(cell);
	}

	/**
	 * Cost and mistakes over a set of [cell, trial] pairs: sums, and rates where there was time. Cost
	 * is counted while the method watched; mistakes while the peer was alive and watched (Chen,
	 * Toueg, Aguilera, IEEE ToC 51(5), 2002).
	 */
	function cost(pairs) {
		const sum = get => pairs.reduce((n, [cell, i]) => n + get(cell, i), 0);
		const key = name => sum((cell, i) => cell.at(name, i));
		const per = (n, ns, time) => (ns > 0 ? n / (ns / time) : NaN);
		const c = {
			watched: sum((cell, i) => cell.watched(i)),
			alive: key("alive_ns"),
			packetsOut: key("packets_out"),
			packetsIn: key("packets_in"),
			bytesOut: key("bytes_out"),
			bytesIn: key("bytes_in"),
			messages: key("messages"),
			wakeups: key("wakeups"),
			mistakes: key("mistakes"),
			mistaken: key("mistaken_ns"),
		};

		c.perHour = n => per(n, c.watched, 3.6e12);
		c.mistakesPerDay = per(c.mistakes, c.alive, 24 * 3.6e12);
		return c;
	}

	/** All trials of a cell that ran, as pairs for cost(). */
	const ran = cell =>
		Array.from({length: cell.n}, (_, i) => [cell, i]).filter(
			([, i]) => cell.at("outcome", i) !== "skipped"
		);

	/** A cell in full, for names of buttons and rows. */
	const name = cell => `${tuning(cell)} in ${cell.scenario}`;

	page.cells = {STATES, FAILURES, summary, medianText, cost, ran, excess, name};
})();
