//go:build !race

package main

// slower is how many times slower the program may be than where nothing watches its memory.
const slower = 1
