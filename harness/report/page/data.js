// SPDX-License-Identifier: MIT
"use strict";
/** The records inside the page, back from the form that harness/report/page_data.c gave them. */
(() => {
	/** All trials of one method, with one set of options, in one scenario. */
	class Cell {
		#columns;

		constructor(source, row, data) {
			const [family, scenario, method, options, n, ...columns] = row;
			const word = i => data.words[i];

			this.source = source;
			this.family = word(family);
			this.scenario = word(scenario);
			this.method = word(method);
			this.options = word(options);
			this.n = n;
			this.key = [this.family, this.scenario, this.method, this.options].join("\n");
			this.#columns = new Map(
				data.columns.map(([key, kind], i) => [
					key,
					{value: columns[i], word: kind === "text" ? word : null},
				])
			);
		}

		/** One value of one trial; undefined where records have no such key. */
		at(key, i) {
			const column = this.#columns.get(key);

			if (!column) return undefined;
			const value = Array.isArray(column.value) ? column.value[i] : column.value;

			return column.word ? column.word(value) : value;
		}

		/** A value of every trial, in the order of the file. */
		all(key) {
			return Array.from({length: this.n}, (_, i) => this.at(key, i));
		}

		/** How long the cost of trial i was counted; ns. */
		watched(i) {
			const armed = this.at("armed_ns", i),
				fault = this.at("fault_after_ns", i);
			const extra = this.at("watched_extra_ns", i);

			if (armed === null || fault === null) return extra;
			return extra + fault - armed + (this.at("detect_ns", i) ?? this.at("horizon_ns", i));
		}

		/** The window of trial i: [from, to] in ns after the fault, "never", or null. */
		window(i) {
			const lo = this.at("expect_lo_ns", i);

			return lo === null || lo === "never" ? lo : [lo, this.at("expect_hi_ns", i)];
		}
	}

	/** One kernel on one engine, out of one file. */
	class Source {
		constructor(of, index, data) {
			this.index = index;
			this.file = of.file;
			this.runs = of.runs;
			this.cells = of.cells.map(row => new Cell(this, row, data));
			this.byKey = new Map(this.cells.map(cell => [cell.key, cell]));
		}

		/** The world in a few words. */
		get world() {
			const run = this.runs[0];

			return `${run.engine} engine, kernel ${run.kernel}, HZ ${run.hz}`;
		}

		get trials() {
			return this.cells.reduce((n, cell) => n + cell.n, 0);
		}
	}

	/** @param {string} packed deflated JSON in base64 */
	async function unpack(packed) {
		const bytes = Uint8Array.from(atob(packed.trim()), c => c.charCodeAt(0));
		const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));

		return JSON.parse(await new Response(stream).text());
	}

	/** @returns {Promise<{version: string, columns: Array, sources: Array<Source>}>} */
	async function load() {
		const element = document.getElementById("records");
		const data = await unpack(element.textContent);

		return {
			version: data.version,
			columns: data.columns.map(([key]) => key),
			sources: data.sources.map((of, i) => new Source(of, i, data)),
		};
	}

	page.data = {load};
})();
