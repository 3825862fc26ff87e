module vmevents

go 1.19
