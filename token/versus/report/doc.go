// Package report shows people what package versus has measured: README's tables of speed, and a chart of what grows.
//
// All numbers are written by number.go alone, with three digits that count, and what is written decides: whether an aim
// holds is told by the rounded numbers. So the tables can be read back, and say the same when they are written again.
package report
