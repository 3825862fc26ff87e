# awk -f includes.awk ROOMS FILE...: reads the table of rooms, then the sources, named from src/ on, and prints what includes
# against it, and which files of different folders include each other in a circle. A source and its header are one file.

# ROOM ALLOWED..., in the table.
FNR == NR {
    sub(/#.*/, "")
    if (NF) rooms[$1]
    for (i = 2; i <= NF; i++) may[$1, $i]
    next
}

/^#include "/ {
    split($0, part, "\"")
    from = room_of(FILENAME); to = room_of(part[2])
    if (from != to && !((from, to) in may))
        wrong[++count] = FILENAME ":" FNR ": " from " may not include " part[2] ", which is of " to
    edge(unit_of(FILENAME), unit_of(part[2]))
}

function unit_of(path) { sub(/\.[ch]$/, "", path); return path }
function folder_of(path) { sub(/\/[^\/]*$/, "", path); return path }

function room_of(path) {
    if (path !~ /\//) return "include"
    for (path = folder_of(path); !(path in rooms) && path ~ /\//;) path = folder_of(path)
    return path
}

function edge(from, to) {
    if (from == to || to !~ /\// || (from, to) in known) return
    known[from, to]
    units[from]; units[to]
    targets[from] = targets[from] " " to
}

# Marks what can be come to from a unit.
function reach(start, unit, list, n, i) {
    n = split(targets[unit], list, " ")
    for (i = 1; i <= n; i++) {
        if ((start, list[i]) in reached) continue
        reached[start, list[i]]
        reach(start, list[i])
    }
}

END {
    for (unit in units) reach(unit, unit)
    for (unit in units)
        for (other in units)
            if (unit < other && folder_of(unit) != folder_of(other) && (unit, other) in reached && (other, unit) in reached)
                wrong[++count] = unit " and " other " include each other in a circle"
    for (i = 1; i <= count; i++) print wrong[i]
    exit count > 0
}
