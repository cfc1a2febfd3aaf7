module testee

go 1.23
