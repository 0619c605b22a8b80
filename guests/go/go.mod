module concbench/guests/go

go 1.18
