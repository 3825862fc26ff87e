#include "watch/showing.h"

#include "watch/files.h"

/* No file is written that is read. False: that has been written. */
static bool check_source(const struct options *options)
{
    const WCHAR *source = options->from ? options->from : options->play;

    if (source && options->record && files_are_the_same(source, options->record))
        output_complain(L"cannot record to %ls: the events come from that file", options->record);
    else if (source && options->timeline && files_are_the_same(source, options->timeline))
        output_complain(L"cannot write the timeline %ls: the events come from that file", options->timeline);
    else
        return true;
    return false;
}

static bool open_files(struct showing *showing, const struct options *options)
{
    if (options->record && !record_file_open(&showing->record, options->record))
        return false;
    if (options->record && options->timeline && files_are_the_same(options->record, options->timeline))
    {
        output_complain(L"cannot write the timeline %ls: it is the file to record to", options->timeline);
        return false;
    }
    return !options->timeline || timeline_file_open(&showing->timeline, options->timeline);
}

bool showing_begin(struct showing *showing, const struct options *options)
{
    *showing = (struct showing){.options = options, .output = {.options = options}};
    showing->quiet = options->mode == MODE_FROM && (options->record || options->timeline);
    return check_source(options) && open_files(showing, options);
}

HRESULT showing_show(struct showing *showing, const struct shown_event *event)
{
    if (!(event->type->mask & showing->options->only))
        return S_OK;
    if (!record_file_write(&showing->record, event) || !timeline_file_write(&showing->timeline, event))
        return E_FAIL;
    if (!showing->quiet && output_event(&showing->output, event) != S_OK)
        return E_FAIL;
    return ++showing->shown == showing->options->count ? S_FALSE : S_OK;
}

bool showing_rest(struct showing *showing)
{
    return record_file_rest(&showing->record);
}

bool showing_end(struct showing *showing)
{
    bool recorded = record_file_close(&showing->record);

    return timeline_file_close(&showing->timeline) && recorded;
}
