/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "cli/cli.h"

enum { WIDTH_DEFAULT = 100, WIDTH_MIN = 40, WIDTH_MAX = 500, COLUMN = 34 };

static int width_of_output(void)
{
	const char *columns = getenv("COLUMNS");
	struct winsize size;
	int width = columns ? atoi(columns) : 0;

	if (width <= 0 && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0)
		width = size.ws_col;
	if (width <= 0)
		return WIDTH_DEFAULT;
	return width < WIDTH_MIN ? WIDTH_MIN : width > WIDTH_MAX ? WIDTH_MAX : width;
}

struct style cli_style(void)
{
	const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");

	return (struct style){
		.out = stdout,
		.width = width_of_output(),
		.colour = isatty(STDOUT_FILENO) && (!no_color || !*no_color) &&
			  (!term || strcmp(term, "dumb") != 0),
	};
}

int cli_put_json(struct emit *emit, int status)
{
	char *text;

	emit_newline(emit);
	text = emit_take(emit);
	if (!text)
		return cli_failf(CLI_INTERNAL, "not enough memory");
	fputs(text, stdout);
	free(text);
	return status;
}

static void put_option(const struct given_row *option, const struct style *style)
{
	char left[80];

	snprintf(left, sizeof(left), "  %c%c%s --%s%s%s", option->letter ? '-' : ' ',
		 option->letter ? option->letter : ' ', option->letter ? "," : " ", option->name,
		 option->value ? " " : "", option->value ? option->value : "");
	text_put(style, TONE_PLAIN, left, COLUMN);
	if (text_width(left) >= COLUMN)
		fprintf(style->out, "\n%*s", COLUMN, "");
	text_wrap(style, TONE_PLAIN, option->about, COLUMN, false);
}

void cli_put_verb_help(const struct verb *verb, const struct style *style)
{
	fprintf(style->out, "usage: deadpeer %s %s\n\n", verb->name, verb->arguments);
	text_wrap(style, TONE_PLAIN, verb->about, 0, true);
	if (verb->more) {
		fputc('\n', style->out);
		text_wrap(style, TONE_PLAIN, verb->more, 0, true);
	}
	fputc('\n', style->out);
	for (const struct given_row *option = verb->options; option->name; option++)
		put_option(option, style);
	put_option(&(struct given_row){ .name = "help", .about = "this text", .letter = 'h' }, style);
}

void cli_put_help(const struct style *style)
{
	fputs("usage: deadpeer COMMAND [ARGUMENT]…\n\n"
	      "How long until each side knows that the other is gone?\n\n", style->out);
	for (const struct verb *const *v = cli_verbs; *v; v++) {
		fputs("  ", style->out);
		text_put(style, TONE_BOLD, (*v)->name, 10);
		text_wrap(style, TONE_PLAIN, (*v)->about, 12, false);
	}
	fputs("\ndeadpeer COMMAND --help tells more of a command, deadpeer --version the version.\n"
	      "Exit status: 0 pass, 1 failed, 2 usage or bad scenario, 3 inconclusive, 4 nothing "
	      "could\nrun here, 5 a fault was not proven to take effect, 70 internal error.\n",
	      style->out);
}
