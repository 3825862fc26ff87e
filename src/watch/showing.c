#include "watch/showing.h"

bool showing_begin(struct showing *showing, const struct options *options)
{
    *showing = (struct showing){.options = options, .output = {.options = options}};
    showing->quiet = options->mode == MODE_FROM && (options->record || options->timeline);
    return (!options->record || record_file_open(&showing->record, options->record))
            && (!options->timeline || timeline_file_open(&showing->timeline, options->timeline));
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
