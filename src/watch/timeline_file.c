#include "watch/timeline_file.h"

#include "event/text.h"
#include "watch/files.h"
#include "watch/output.h"

#include <string.h>

static const char page_end[] = "</script>\n</body>\n</html>\n";

/* Once: nothing more is written behind what is missing. */
static bool complain(struct timeline_file *timeline)
{
    timeline->failed = true;
    file_complain(L"cannot write the timeline", timeline->path, GetLastError());
    return false;
}

/* The page up to its events, a resource of this program (timeline.rc.in). */
static bool write_beginning(HANDLE file)
{
    HRSRC place = FindResourceW(NULL, L"TIMELINE", (LPCWSTR)RT_RCDATA);
    HGLOBAL loaded = place ? LoadResource(NULL, place) : NULL;
    const char *page = loaded ? LockResource(loaded) : NULL;

    return page && file_write(file, page, SizeofResource(NULL, place));
}

bool timeline_file_open(struct timeline_file *timeline, const WCHAR *path)
{
    HANDLE file = CreateFileW(path, GENERIC_WRITE, FILE_SHARE_READ, NULL, CREATE_ALWAYS, FILE_ATTRIBUTE_NORMAL, NULL);

    timeline->path = path;
    if (file == INVALID_HANDLE_VALUE)
        return complain(timeline);
    timeline->file = file;
    return write_beginning(file) || complain(timeline);
}

/* In HTML nothing ends a script but what begins with "<", which in JSON stands only in strings. */
static BSTR escape(BSTR json)
{
    const WCHAR *next = json, *end = json + SysStringLen(json), *less;
    struct text text = {0};

    for (; (less = wmemchr(next, '<', end - next)); next = less + 1)
    {
        text_append_part(&text, next, less - next);
        text_append(&text, L"\\u003c");
    }
    text_append_part(&text, next, end - next);
    return text_finish(&text);
}

bool timeline_file_write(struct timeline_file *timeline, const struct shown_event *event)
{
    BSTR line;
    bool done;

    if (!timeline->file)
        return true;
    if (!(line = escape(event->json)))
    {
        output_complain(L"out of memory");
        return false;
    }
    done = file_write_line(timeline->file, line) || complain(timeline);
    SysFreeString(line);
    return done;
}

bool timeline_file_close(struct timeline_file *timeline)
{
    bool done = !timeline->failed;

    if (timeline->file && done)
        done = file_write(timeline->file, page_end, strlen(page_end)) || complain(timeline);

    if (timeline->file)
        CloseHandle(timeline->file);
    timeline->file = NULL;
    return done;
}
