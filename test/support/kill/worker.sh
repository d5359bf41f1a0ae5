#!/bin/sh
# A puppet in the place of the agent program, in few and quick words. $WORKER_LOG hears what each session was started for,
# since that is what somebody pays for.
session=
while [ $# -gt 0 ]; do
  case "$1" in --session-id | --resume) session=$2 ;; esac
  shift
done
cat > /dev/null
if [ -n "$KILL_LOG" ]; then
  echo "session $ORCH_STEP $ORCH_TASK" >> "$KILL_LOG"
  if [ "$(grep -c '^session ' "$KILL_LOG")" = "$KILL_AT" ]; then doomed=$KILL_WHERE; fi
fi
die_at() { if [ "$doomed" = "session-$1" ]; then kill -9 "$KILL_PID"; fi; }
echo "$ORCH_STEP $ORCH_TASK ${ORCH_ROUND:-$ORCH_ATTEMPT} $session" >> "$WORKER_LOG"

say() { printf '{%s,"session_id":"%s","uuid":"u"}\n' "$1" "$session"; }
usage='"usage":{"input_tokens":100,"output_tokens":10,"cache_creation_input_tokens":0,"cache_read_input_tokens":0}'
money='"total_cost_usd":0.01,"modelUsage":{},"duration_ms":1,"duration_api_ms":1,"num_turns":1'
result() { say "\"type\":\"result\",\"subtype\":\"success\",\"is_error\":false,\"permission_denials\":[],\"api_error_status\":null,$money,$usage,$1"; }
criterion='{"n":1,"met":true,"evidence":"seen","file":null,"line":null}'
finding='{"severity":"major","file":"1A.txt","line":1,"title":"Not yet","detail":"Again."}'
verdict() { result "\"result\":\"\",\"structured_output\":{\"verdict\":\"$1\",\"summary\":\"read\",\"criteria\":[$criterion],\"findings\":[$2]}"; }

say '"type":"system","subtype":"init","cwd":".","tools":[],"mcp_servers":[],"model":"stand-in","apiKeySource":"none","permissionMode":"default"'
die_at begun
case "$ORCH_STEP $ORCH_TASK $ORCH_ROUND" in
  'review 1A 1') die_at edited; verdict changes_requested "$finding"; die_at ended; exit ;;
  review*) die_at edited; verdict approved; die_at ended; exit ;;
  resolve*) printf '1A\n1B\n' > shared.txt ;;
  'implement 1'*) echo "$ORCH_TASK" > shared.txt ;;
esac
[ "$ORCH_STEP" = resolve ] || echo "$ORCH_STEP" > "$ORCH_TASK.txt"
die_at edited
result '"result":"Done."'
die_at ended
