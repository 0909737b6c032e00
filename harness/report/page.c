/* SPDX-License-Identifier: MIT */
#include "report/page.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "report/page_files.h"

/*
 * Theory of operation
 * ===================
 * page/index.html is a page of its own: it names its scripts and style sheets, one element a line.
 * Here every such line is replaced by the file that it names, inline, and the element that waits for
 * the records gets them. A name that is not among PAGE_FILES is a mistake of ours, and refused.
 */

/* NOLINTNEXTLINE(bugprone-macro-parentheses): a name that is declared takes none */
#define DECLARE(symbol, name) extern const char symbol[], symbol##_end[];
PAGE_FILES(DECLARE)

struct page_file {
	const char *name, *text, *end;
};

#define ROW(symbol, name) { name, symbol, symbol##_end },
static const struct page_file files[] = { PAGE_FILES(ROW) };

/* How a line of index.html names a file, and what stands around the file in its place. */
static const struct page_inline {
	const char *before, *after;
	const char *open, *close;
} inlines[] = {
	{ "<link rel=\"stylesheet\" href=\"", "\">", "<style>\n", "</style>\n" },
	{ "<script src=\"", "\"></script>", "<script>\n", "</script>\n" },
	{ "<template id=\"licences\" data-src=\"", "\"></template>",
	  "<template id=\"licences\"><pre>\n", "</pre></template>\n" },
};

static const char records_line[] = "<script type=\"text/plain\" id=\"records\"></script>";
static const char records_open[] = "<script type=\"text/plain\" id=\"records\">";

static void put(struct emit *out, const char *text)
{
	emit_raw(out, text, strlen(text));
}

static const struct page_file *find_file(const char *name, size_t n)
{
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		if (strlen(files[i].name) == n && strncmp(files[i].name, name, n) == 0)
			return &files[i];
	}
	return NULL;
}

/* The file's text; in HTML text, and not in a script, two characters need an escape. */
static void put_file(struct emit *out, const struct page_file *file, bool html)
{
	if (!html)
		emit_raw(out, file->text, (size_t)(file->end - file->text));
	for (const char *c = file->text; html && c < file->end; c++) {
		if (*c == '&')
			put(out, "&amp;");
		else if (*c == '<')
			put(out, "&lt;");
		else
			emit_raw(out, c, 1);
	}
}

static int put_inline(struct emit *out, const struct page_inline *how, const char *line, size_t n,
		      struct err *err)
{
	size_t before = strlen(how->before), after = strlen(how->after);
	const struct page_file *file = find_file(line + before, n - before - after);

	if (!file)
		return err_set(err, ENOENT, "page/index.html names a file that is not embedded: %.*s",
			       (int)n, line);
	put(out, how->open);
	put_file(out, file, strstr(how->open, "<pre>"));
	put(out, how->close);
	return 0;
}

static bool names_file(const struct page_inline *how, const char *line, size_t n)
{
	size_t before = strlen(how->before), after = strlen(how->after);

	return n > before + after && strncmp(line, how->before, before) == 0 &&
	       strncmp(line + n - after, how->after, after) == 0;
}

static int put_line(struct emit *out, const char *line, size_t n, const char *records,
		    struct err *err)
{
	for (size_t i = 0; i < sizeof(inlines) / sizeof(inlines[0]); i++) {
		if (names_file(&inlines[i], line, n))
			return put_inline(out, &inlines[i], line, n, err);
	}
	if (n == strlen(records_line) && strncmp(line, records_line, n) == 0) {
		put(out, records_open);
		put(out, records);
		put(out, "</script>\n");
		return 0;
	}
	emit_raw(out, line, n);
	put(out, "\n");
	return 0;
}

static int assemble(struct emit *out, const char *records, struct err *err)
{
	const struct page_file *index = find_file("index.html", strlen("index.html"));
	int ret = 0;

	for (const char *line = index->text; line < index->end && !ret;) {
		const char *end = memchr(line, '\n', (size_t)(index->end - line));

		ret = put_line(out, line, (size_t)(end - line), records, err);
		line = end + 1;
	}
	return ret;
}

int page_make(const struct page_input *inputs, int n, const char *version, char **text,
	      struct err *err)
{
	char *data = page_data(inputs, n, version, err);
	char *records = data ? page_pack(data) : NULL;
	struct emit out = EMIT_INIT;
	int ret = 0;

	free(data);
	*text = NULL;
	if (records)
		ret = assemble(&out, records, err);
	free(records);
	if (ret)
		emit_free(&out);
	else if (records)
		*text = emit_take(&out);
	if (ret || *text)
		return ret;
	return err_set(err, ENOMEM, "not enough memory for the page");
}
