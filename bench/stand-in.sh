#!/bin/sh
# The leanest agent there is: it reads its prompt, writes one file and says so in the program's own stream. A review approves.
# BENCH_SECONDS: it works so long, and says all of BENCH_CHAT each second. BENCH_GATE: a pipe; it waits for somebody to open that before, and BENCH_GATE.end after. BENCH_STAMPS: it notes there when it begins and ends.
stamp() { [ -z "${BENCH_STAMPS:-}" ] || echo "$1 $ORCH_TASK $ORCH_STEP $(date +%s%N)" >> "$BENCH_STAMPS"; }
session=bench
while [ $# -gt 0 ]; do
  case "$1" in
    --version) echo '2.1.329 (bench)'; exit ;;
    --session-id | --resume) session=$2 ;;
  esac
  shift
done
say() { printf '{%s,"session_id":"%s","uuid":"u"}\n' "$1" "$session"; }
usage='"usage":{"input_tokens":100,"output_tokens":10,"cache_creation_input_tokens":0,"cache_read_input_tokens":0}'
money='"total_cost_usd":0.01,"modelUsage":{},"duration_ms":1,"duration_api_ms":1,"num_turns":1'
result() { say "\"type\":\"result\",\"subtype\":\"success\",\"is_error\":false,\"permission_denials\":[],\"api_error_status\":null,$money,$usage,$1"; }
stamp begin
cat > /dev/null
say '"type":"system","subtype":"init","cwd":".","tools":[],"mcp_servers":[],"model":"stand-in","apiKeySource":"none","permissionMode":"default"'
[ -z "${BENCH_GATE:-}" ] || : < "$BENCH_GATE"
second=0
while [ "$second" -lt "${BENCH_SECONDS:-0}" ]; do
  [ -z "${BENCH_CHAT:-}" ] || cat "$BENCH_CHAT"
  sleep 1
  second=$((second + 1))
done
[ -z "${BENCH_GATE:-}" ] || : < "$BENCH_GATE.end"
case "$ORCH_STEP" in
  review) result '"result":"","structured_output":{"verdict":"approved","summary":"read","criteria":[{"n":1,"met":true,"evidence":"seen","file":null,"line":null}],"findings":[]}' ;;
  *) echo "$ORCH_TASK" > "$ORCH_TASK.txt"; result '"result":"Done."' ;;
esac
stamp end
