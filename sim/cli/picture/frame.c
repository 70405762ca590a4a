// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* What all pictures have in common: colours and shapes, and what they mean. */
#include <string.h>

#include "picture.h"

static const char head[] =
	"<style>\n"
	"text { font: 11.6px 'DejaVu Sans Mono', Menlo, Consolas, monospace; fill: #1f2328 }\n"
	".page { fill: #ffffff } .new { fill: #e9f7ec } .bar { fill: #1f2328 }\n"
	".onbar { fill: #ffffff; font-weight: bold } .head { font-weight: bold }\n"
	".quiet { fill: #59636e } .life { stroke: #c3c9d0; stroke-dasharray: 3 4 }\n"
	".stub { stroke: #59636e; stroke-width: 2 } .call { stroke: #59636e; fill: none }\n"
	".tip { fill: #59636e } .refused { fill: none; stroke: #cf222e; stroke-dasharray: 8 5 }\n"
	".saved { fill: #1f6feb } .frozen { fill: #8250df } .waits { fill: #d4a72c }\n"
	".taken { fill: #11807a } .gone { fill: none; stroke: #818b98; stroke-width: 1.5 }\n"
	".failed { fill: #cf222e } .asked { fill: none; stroke: #c3c9d0 }\n"
	".scratch { fill: none; stroke: #59636e; stroke-dasharray: 2 3 }\n"
	".lost { fill: #e4e7eb }\n"
	".onsaved, .onfrozen, .ontaken, .onfailed { fill: #ffffff }\n"
	".onwaits, .onlost { fill: #1f2328 } .wrong { fill: #cf222e; font-weight: bold }\n"
	"@media (prefers-color-scheme: dark) {\n"
	"text { fill: #e6edf3 } .page { fill: #0d1117 } .new { fill: #10231a }\n"
	".bar { fill: #e6edf3 } .onbar { fill: #0d1117 } .quiet { fill: #9198a1 }\n"
	".life, .asked { stroke: #3d444d } .stub, .call { stroke: #9198a1 }\n"
	".tip { fill: #9198a1 } .onwaits { fill: #0d1117 } .wrong { fill: #ff7b72 }\n"
	".refused { stroke: #ff7b72 } .scratch { stroke: #9198a1 } .lost { fill: #30363d }\n"
	".onlost { fill: #e6edf3 }\n"
	"}\n"
	"</style>\n";

static const struct {
	const char *class, *sign, *means;
	int corner;
} looks[SVG_MEANINGS] = {
	[SVG_PLAIN] = { "asked", "", "", 9 },
	[SVG_SAVED] = { "saved", "■ ", "saved for the next kernel", 9 },
	[SVG_FROZEN] = { "frozen", "◆ ", "frozen, written down", 9 },
	[SVG_WAITS] = { "waits", "▲ ", "handed over, waits", 9 },
	[SVG_TAKEN] = { "taken", "● ", "taken over", 9 },
	[SVG_GONE] = { "gone", "○ ", "let go", 3 },
	[SVG_FAILED] = { "failed", "✗ ", "failed", 9 },
	[SVG_SCRATCH] = { "scratch", "▒ ", "scratch: the next kernel boots there", 3 },
	[SVG_LOST] = { "lost", "∅ ", "lost: it was not saved", 3 },
};

const char *svg_class(enum svg_meaning meaning)
{
	return looks[meaning].class;
}

const char *svg_sign(enum svg_meaning meaning)
{
	return looks[meaning].sign;
}

void svg_pill(struct cli_text *to, int x, int y, enum svg_meaning meaning, const char *text,
	      size_t letters)
{
	struct cli_text all = { 0 };
	size_t width;
	char on[32];

	svg_print(&all, "%s", looks[meaning].sign);
	cli_text_write(&all, text, strlen(text));
	width = svg_letters(cli_text_end(&all));
	width = width < letters ? width : letters;
	svg_print(to, "<rect class=\"%s\" x=\"%d\" y=\"%d\" width=\"%zu\" height=\"18\" "
		  "rx=\"%d\"/>\n", looks[meaning].class, x, y + 3, width * SVG_LETTER + SVG_PILL,
		  looks[meaning].corner);
	snprintf(on, sizeof(on), "on%s", looks[meaning].class);
	svg_text(to, x + SVG_PILL / 2, y + 16, on, cli_text_end(&all), letters);
	cli_text_free(&all);
}

int svg_legend(struct cli_text *to, int y, int width, const enum svg_meaning *meanings,
	       size_t count)
{
	const int from = y;
	int x = 12;

	for (size_t i = 0; i < count; i++) {
		const char *means = looks[meanings[i]].means;
		const int wide = (int)(svg_letters(means) + 2) * SVG_LETTER + SVG_PILL;

		if (x > 12 && x + wide > width - 12) {
			x = 12;
			y += SVG_ROW;
		}
		svg_pill(to, x, y, meanings[i], means, 80);
		x += wide + 16;
	}
	return y + SVG_ROW - from;
}

void svg_jump(struct cli_text *to, int y, int width, int height)
{
	svg_print(to, "<rect class=\"new\" x=\"0\" y=\"%d\" width=\"%d\" height=\"%d\"/>\n"
		  "<rect class=\"bar\" x=\"0\" y=\"%d\" width=\"%d\" height=\"%d\"/>\n", y,
		  width, height - y, y, width, SVG_ROW);
}

void svg_begin(FILE *to, const char *title, int width, int height)
{
	fprintf(to, "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" "
		"height=\"%d\">\n<title>%s</title>\n%s<rect class=\"page\" width=\"%d\" "
		"height=\"%d\"/>\n", width, height, width, height, title, head, width, height);
}

void svg_layer(struct cli_text *layer, FILE *to)
{
	fputs(cli_text_end(layer), to);
	cli_text_free(layer);
}

void svg_end(FILE *to)
{
	fputs("</svg>\n", to);
}
