#!/bin/sh
# floor.sh <folder for worktrees> <stand-in> <task>, in a repository: one task by hand, with nothing saved, checked or watched.
# What changes refs and worktrees takes turns: side by side, git itself fails.
set -e
worktree="$1/$3"
flock .git/floor.lock git worktree add --quiet -b "floor/$3" "$worktree"
(
  cd "$worktree"
  export ORCH_TASK="$3"
  echo "do $3" | ORCH_STEP=implement "$2"
  git add --all
  git commit --quiet --message "$3"
  echo "review $3" | ORCH_STEP=review "$2"
)
flock .git/floor.lock git merge --quiet --no-ff --message "Merge $3" "floor/$3"
flock .git/floor.lock git worktree remove "$worktree"
