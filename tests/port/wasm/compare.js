// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
// node compare.js TOOL.js: of the lines PROFILE SCENARIO TRANSCRIPT of its input, prints the
// TRANSCRIPTs that the tool as WebAssembly answers differently; how many were compared is its
// error output. One tool answers all, for as long as it does.
"use strict";

const fs = require("fs");
const path = require("path");
const lfb = require(path.resolve(process.argv[2]));

let tool, bytes;

async function run(profile, scenario) {
	bytes = [];
	if (!tool)
		tool = await lfb({
			noInitialRun: true,
			stdout: byte => bytes.push(byte),
			stderr: () => {},
			quit(status, thrown) { throw thrown; }, // it is not this process that ends
		});
	tool.FS.writeFile("/a.ops", fs.readFileSync(scenario));
	try {
		tool.callMain(["run", "--profile", profile, "--golden", "/a.ops"]);
	} catch (error) {
		tool = null;
		bytes.push(...Buffer.from(String(error)));
	}
	return Buffer.from(bytes);
}

(async () => {
	let compared = 0;

	for (const line of fs.readFileSync(0, "utf8").split("\n").filter(line => line)) {
		const [profile, scenario, transcript] = line.split(" ");
		const answer = await run(profile, scenario);

		if (!answer.equals(fs.readFileSync(transcript)))
			console.log(transcript);
		compared++;
	}
	console.error(`${compared} compared`);
})();
