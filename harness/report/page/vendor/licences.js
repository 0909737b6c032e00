// SPDX-License-Identifier: MIT
// Prints name, version and licence text of every package that esbuild's metafile says is in the
// bundle.
"use strict";
const fs = require("fs");

const meta = JSON.parse(fs.readFileSync(process.argv[2], "utf8"));
const folders = new Set();
for (const path of Object.keys(Object.values(meta.outputs)[0].inputs)) {
	const found = path.match(/^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//);
	if (found) folders.add(found[1]);
}

console.log("vendor.js is made of the following packages; vendor.sh makes it again.");
for (const folder of [...folders].sort()) {
	const about = JSON.parse(fs.readFileSync(`${folder}/package.json`, "utf8"));
	const licence = fs.readdirSync(folder).find(name => /^licen[cs]e/i.test(name));

	console.log(`\n${"=".repeat(80)}\n${about.name} ${about.version} (${about.license})\n`);
	console.log(
		licence
			? fs.readFileSync(`${folder}/${licence}`, "utf8").trimEnd()
			: `No licence file; package.json says ${about.license}.`
	);
}
