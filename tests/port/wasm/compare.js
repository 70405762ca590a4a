// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
// node compare.js TOOL.js: of the lines PROFILE SCENARIO TRANSCRIPT of its input, prints the
// TRANSCRIPTs that the tool as WebAssembly answers differently. Each has a tool of its own; what
// they are made of is compiled once.
"use strict";

const fs = require("fs");
const path = require("path");

const tool = path.resolve(process.argv[2]);
const lfb = require(tool);
const compiled = new WebAssembly.Module(fs.readFileSync(tool.replace(/js$/, "wasm")));

async function run(profile, scenario) {
	const bytes = [];
	const module = await lfb({
		noInitialRun: true,
		stdout: byte => bytes.push(byte),
		stderr: () => {},
		instantiateWasm(imports, done) {
			done(new WebAssembly.Instance(compiled, imports), compiled);
			return {};
		},
	});

	module.FS.writeFile("/a.ops", fs.readFileSync(scenario));
	module.callMain(["run", "--profile", profile, "--golden", "/a.ops"]);
	return Buffer.from(bytes);
}

(async () => {
	for (const line of fs.readFileSync(0, "utf8").split("\n").filter(line => line)) {
		const [profile, scenario, transcript] = line.split(" ");
		let answer;

		try {
			answer = await run(profile, scenario);
		} catch (error) {
			answer = Buffer.from(String(error));
		}
		if (!answer.equals(fs.readFileSync(transcript)))
			console.log(transcript);
	}
})();
