#!/bin/sh
# takt.sh <node> <takt> <task ...>, in a repository: takt carries out its tasks, each in a clone that it leaves there, and puts their branches into the repository.
# Its own merging is a command of its own for each branch, so git does it here.
set -e
node="$1"
takt="$2"
shift 2
"$node" "$takt" run
for task in "$@"; do git merge --quiet --no-ff --message "Merge $task" "peer/$task"; done
