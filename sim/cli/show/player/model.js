/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* A run, as its lines tell it, and how the machine stands after any of its steps. */
"use strict";

/* The first line is about the run, each other is a step: docs/trace.md. */
function readRun(text) {
	const lines = text.trim().split("\n").map((line) => JSON.parse(line));

	return { head: lines[0], steps: lines.slice(1) };
}

/* Blocks of pages, in ascending order, which do not overlap. */
class Blocks {
	constructor() {
		this.list = [];
	}

	/* The first block that ends behind an address. */
	find(at) {
		let low = 0, high = this.list.length;

		while (low < high) {
			const middle = (low + high) >> 1;

			if (this.list[middle].end > at)
				high = middle;
			else
				low = middle + 1;
		}
		return low;
	}

	cut(at) {
		const i = this.find(at), block = this.list[i];

		if (block && block.from < at) {
			this.list.splice(i, 1, { ...block, end: at }, { ...block, from: at });
			return i + 1;
		}
		return i;
	}

	drop(from, end) {
		const first = this.cut(from);

		return this.list.splice(first, this.cut(end) - first);
	}

	/* What is there already stays whose it is. */
	add(from, end, owner, state) {
		for (const old of [...this.drop(from, end), { from: end, end }]) {
			if (from < old.from) {
				this.list.splice(this.find(from), 0,
						 { from, end: old.from, owner, state });
			}
			if (old.from < old.end)
				this.list.splice(this.find(old.from), 0, old);
			from = old.end;
		}
	}

	pages() {
		return this.list.reduce((sum, block) => sum + (block.end - block.from) / 4096, 0);
	}
}

function failed(step) {
	return step.result < 0 || step.ended === false;
}

/* How the machine stands. Steps are applied in their order. */
class State {
	constructor() {
		this.kernel = 0;
		this.saved = new Blocks();
		this.waiting = new Blocks();
		this.others = new Blocks();	/* restored, no longer saved, free, crossing, lost */
		this.bootEnd = Infinity;
		this.handover = null;
		this.forget();
	}

	forget() {
		this.sessions = new Map();
		this.flbs = new Map();
	}

	session(step, side) {
		const key = `${side} ${step.session}`;

		if (!this.sessions.has(key)) {
			this.sessions.set(key, { name: step.session, side, state: "open",
						 files: new Map() });
		}
		return this.sessions.get(key);
	}

	file(step, side) {
		const files = this.session(step, side).files;

		if (!files.has(step.token))
			files.set(step.token, { token: step.token, state: "saved" });
		return files.get(step.token);
	}

	flb(step) {
		const side = () => ({ count: 0, references: 0, state: "" });

		if (!this.flbs.has(step.flb)) {
			this.flbs.set(step.flb, { name: step.flb, handlers: new Set(),
						  outgoing: side(), incoming: side() });
		}
		return this.flbs.get(step.flb);
	}

	/* The part of the handover that is about a session or an FLB. */
	part(kind, name) {
		if (!this.handover)
			this.handover = { from: this.kernel, pages: null, parts: new Map() };
		const key = `${kind} ${name}`, parts = this.handover.parts;

		if (!parts.has(key))
			parts.set(key, { kind, name, state: "written", files: [] });
		return parts.get(key);
	}

	/* Sets how a part stands that was handed over. */
	took(kind, name, state) {
		const part = this.handover && this.handover.parts.get(`${kind} ${name}`);

		if (part && this.handover.from < this.kernel)
			part.state = state;
	}

	apply(step) {
		const act = ACTS[step.what];

		if (step.step > this.bootEnd) {
			this.bootEnd = Infinity;
			for (const block of this.others.list) {
				if (block.state === "crossing")
					block.state = "lost";
			}
		}
		if (act)
			act(this, step);
	}
}

function span(step) {
	const from = Number(step.phys);

	return [from, from + step.pages * 4096];
}

function endsWithFree(step) {
	return /free/.test(step.call || "");
}

function jump(state) {
	const saved = state.saved.list;

	state.others.list = state.others.list.filter(
		(block) => block.state === "restored" || block.state === "kept");
	for (const block of state.others.list)
		block.state = "lost";
	for (const block of state.waiting.list)
		state.others.add(block.from, block.end, block.owner, "lost");
	for (const block of saved) {
		state.others.drop(block.from, block.end);
		state.others.add(block.from, block.end, block.owner, "crossing");
	}
	if (state.handover && state.handover.from < state.kernel)
		state.handover = null;
	if (state.handover) {
		for (const part of state.handover.parts.values())
			part.state = "crossing";
		state.handover.pages = state.saved.pages();
	}
	state.saved = new Blocks();
	state.waiting = new Blocks();
	state.forget();
}

/* What a callback does to a file that is there. */
function fileAct(side, word) {
	return (state, step) => {
		const session = state.sessions.get(`${side} ${step.session}`);
		const file = session && session.files.get(step.token);

		if (file)
			Object.assign(file, { state: failed(step) ? "failed" : word,
					      handle: step.handle });
	};
}

function sessionAct(word) {
	return (state, step) => {
		state.session(step, step.side).state = failed(step) ? "failed" : word;
	};
}

function flbAct(side, good) {
	return (state, step) => {
		const flb = state.flb(step)[side];

		flb.state = failed(step) ? "failed" : good;
		flb.handle = step.handle;
		if (side === "incoming" && !failed(step))
			state.took("flb", step.flb, good);
	};
}

function counted(state, step) {
	const side = state.flb(step)[step.side];

	side.count = step.count;
	side.references = step.references;
}

/* What a step changes, by its "what". Others change nothing that is shown. */
const ACTS = {
	"booted": (state, step) => {
		state.kernel = step.kernel;
		state.bootEnd = step.last;
	},
	"jumped": jump,
	"switched-off": (state) => {
		state.saved = new Blocks();
		state.waiting = new Blocks();
		state.others = new Blocks();
		state.handover = null;
		state.forget();
	},
	"pages-marked": (state, step) => {
		state.others.drop(...span(step));
		state.saved.add(...span(step), step.owner, "saved");
	},
	"pages-unmarked": (state, step) => {
		const free = endsWithFree(step);

		/* Not as it was marked: KHO does not find it. */
		if (step.saved === state.saved.pages())
			return;
		state.saved.drop(...span(step));
		state.others.drop(...span(step));
		state.others.add(...span(step), step.owner, free ? "free" : "kept");
	},
	"pages-handed-over": (state, step) => {
		state.others.drop(...span(step));
		state.waiting.add(...span(step), step.owner, "waits");
	},
	"pages-claimed": (state, step) => {
		state.waiting.drop(...span(step));
		state.others.drop(...span(step));
		state.others.add(...span(step), step.owner,
				 endsWithFree(step) ? "free" : "restored");
	},
	"session-added": (state, step) => {
		state.session(step, step.side).state = step.side === "incoming" ? "waits" : "open";
		if (step.side === "incoming")
			state.took("session", step.session, "waits");
	},
	"session-removed": (state, step) => {
		state.sessions.delete(`${step.side} ${step.session}`);
		if (step.side === "incoming")
			state.took("session", step.session, "finished");
	},
	"session-retrieved": (state, step) => {
		sessionAct("taken")(state, step);
		state.took("session", step.session, "taken");
	},
	"session-given-back": (state, step) => {
		sessionAct("waits")(state, step);
		state.took("session", step.session, "waits");
	},
	"session-frozen": sessionAct("frozen"),
	"session-unfrozen": (state, step) => {
		sessionAct("open")(state, step);
		state.handover = null;
	},
	"session-serialized": (state, step) => {
		const session = state.session(step, step.side);
		const part = state.part("session", step.session);

		session.state = "written";
		part.count = step.count;
		part.files = [...session.files.values()].map((file) => ({ ...file }));
	},
	"file-added": (state, step) => {
		Object.assign(state.file(step, step.side),
			      { state: step.side === "incoming" ? "waits" : "saved",
				handle: step.handle, handler: step.handler });
	},
	"file-data": (state, step) => {
		state.file(step, step.side).handle = step.handle;
	},
	"file-freeze": fileAct("outgoing", "frozen"),
	"file-unfreeze": fileAct("outgoing", "saved"),
	"file-retrieved": (state, step) => {
		state.file(step, step.side).state = failed(step) ? "failed" : "taken";
	},
	"file-finish": fileAct("incoming", "finished"),
	"file-dropped": (state, step) => {
		state.session(step, step.side).files.delete(step.token);
	},
	"flb-registered": (state, step) => state.flb(step).handlers.add(step.handler),
	"flb-unregistered": (state, step) => state.flb(step).handlers.delete(step.handler),
	"flb-counted": counted,
	"flb-got": counted,
	"flb-put": counted,
	"flb-preserve": flbAct("outgoing", "saved"),
	"flb-unpreserve": flbAct("outgoing", ""),
	"flb-retrieve": flbAct("incoming", "taken"),
	"flb-finish": flbAct("incoming", "finished"),
	"flb-serialized": (state, step) => {
		Object.assign(state.part("flb", step.flb), { count: step.count, handle: step.handle });
		state.flb(step).outgoing.state = "written";
	},
	"flb-handed-over": (state, step) => {
		Object.assign(state.flb(step).incoming,
			      { state: "waits", promised: step.count, handle: step.handle });
		state.took("flb", step.flb, "waits");
	},
};

/* A run that is replayed to any step; 0: before all. */
class Replay {
	constructor(run) {
		this.run = run;
		this.at = 0;
		this.state = new State();
	}

	to(number) {
		if (number < this.at) {
			this.at = 0;
			this.state = new State();
		}
		while (this.at < number)
			this.state.apply(this.run.steps[this.at++]);
		return this.state;
	}
}
