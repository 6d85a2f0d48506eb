# Holds one run: claims its directory, starts the program, enforces the timeout, writes how it ended. Plain POSIX sh.
#
#   sh shim.sh DIR MARKER TIMEOUT_S GRACE_S BOOT_ID PID_NAMESPACE UMASK ENV_PROGRAM PROGRAM [ARGUMENT...]
#
# Its own environment names the marker as NIGHTLOOM_SHIM, the program's as NIGHTLOOM_RUN, so that both can be found and
# told apart. All of it is one function: a shell reads a file piece by piece, this one must survive an upgrade.

# Start time of process $1 into nl_start; empty if there is none. Field 22 of /proc/<pid>/stat (proc(5)); the name in
# parentheses may hold anything, so fields are counted after the last one.
nl_start_of() {
  nl_start=
  if [ -r /proc/self/stat ]; then
    { IFS= read -r nl_stat <"/proc/$1/stat"; } 2>/dev/null || return 0
    # shellcheck disable=SC2086
    set -- ${nl_stat##*) }
    [ $# -gt 19 ] || return 0
    shift 19
    nl_start=$1
  else
    # shellcheck disable=SC2046
    set -- $(LC_ALL=C TZ=UTC ps -o lstart= -p "$1" 2>/dev/null)
    IFS=_
    nl_start=$*
    unset IFS
  fi
}

# SIGKILL to everything that carries the marker of this run.
nl_sweep() {
  nl_round=0
  while [ "$nl_round" -lt 5 ]; do
    if [ -r /proc/self/stat ]; then
      set +f
      nl_found=$(grep -lzxF "NIGHTLOOM_RUN=$nl_marker" /proc/[0-9]*/environ 2>/dev/null)
      set -f
    else
      nl_found=$(ps -axeww -o pid=,command= | sed 's/$/ /' | grep -F " NIGHTLOOM_RUN=$nl_marker " | while read -r nl_pid nl_rest; do echo "/proc/$nl_pid/environ"; done)
    fi
    [ -n "$nl_found" ] || return 0
    for nl_file in $nl_found; do
      nl_file=${nl_file#/proc/}
      kill -KILL "${nl_file%/environ}" 2>/dev/null
    done
    nl_round=$((nl_round + 1))
  done
}

# After $1 seconds SIGALRM to the shim; if the shim was killed, the timeout is enforced here. Its pid: nl_timer.
nl_arm() {
  (
    # `$!` changes with the fork itself, so that no moment exists in which the sleep would be forgotten.
    nl_last=$!
    trap '[ "$!" = "$nl_last" ] || kill -KILL "$!"; exit 0' TERM
    sleep "$1" &
    wait "$!"
    nl_start_of "$nl_shim"
    if [ "$nl_start" = "$nl_shim_start" ]; then kill -ALRM "$nl_shim"; else nl_sweep; fi
  ) &
  nl_timer=$!
}

nl_disarm() {
  kill -TERM "$nl_timer" 2>/dev/null
}

# First the program is asked to end, after the grace it is made to.
nl_stop() {
  nl_event=1
  if [ "$nl_stage" = 0 ]; then
    nl_stage=1
    [ -z "$nl_child" ] || kill -TERM "$nl_child" 2>/dev/null
    nl_next=$nl_grace
  elif [ "$1" = alarm ]; then
    nl_stage=2
    [ -z "$nl_child" ] || kill -KILL "$nl_child" 2>/dev/null
    nl_sweep
  fi
}

nl_main() {
  nl_dir=$1 nl_marker=$2 nl_timeout=$3 nl_grace=$4 nl_boot=$5 nl_namespace=$6 nl_umask=$7 nl_env=$8
  shift 8
  set -f
  umask 077
  nl_shim=$$
  nl_start_of "$nl_shim"
  nl_shim_start=$nl_start
  set -C
  { echo "$nl_shim $nl_shim_start $nl_boot $nl_namespace" >"$nl_dir/claim"; } 2>/dev/null || exit 0
  set +C
  # The place of the last word is taken now: on a disk that is full by then it is written over.
  printf '%100s\n' '' >|"$nl_dir/exit.tmp"

  nl_stage=0 nl_child= nl_timer= nl_timed_out=false nl_terminated=false nl_event= nl_next=
  # Before the traps: a subshell that still had them for a moment would lose the signal that disarms it.
  nl_arm "$nl_timeout"
  trap 'nl_event=1' HUP INT
  trap 'nl_terminated=true; nl_stop term' TERM
  trap '[ "$nl_stage" != 0 ] || nl_timed_out=true; nl_stop alarm' ALRM

  nl_code=143
  if [ "$nl_stage" = 0 ]; then
    {
      umask "$nl_umask"
      NIGHTLOOM_RUN=$nl_marker
      export NIGHTLOOM_RUN
      unset NIGHTLOOM_SHIM
      # A shell ignores SIGINT in what it starts in the background, and the program would inherit that.
      if [ -n "$nl_env" ]; then exec "$nl_env" --default-signal=INT,QUIT "$@"; fi
      exec "$@"
    } <"$nl_dir/stdin" >>"$nl_dir/stdout" 2>>"$nl_dir/stderr" &
    nl_child=$!
    nl_start_of "$nl_child"
    echo "{\"pid\":$nl_child,\"startTime\":\"$nl_start\"}" >|"$nl_dir/process.json"
    PATH="$PATH:/usr/bin:/bin"
    nl_before=
    while :; do
      nl_event=
      if [ -n "$nl_next" ]; then
        nl_disarm
        nl_seconds=$nl_next nl_next=
        nl_arm "$nl_seconds"
      fi
      wait "$nl_child"
      nl_status=$?
      # A wait that a trap interrupted is repeated; one whose child was reaped just before answers 127.
      if [ "$nl_status" = 127 ] && [ -n "$nl_before" ]; then nl_code=$nl_before && break; fi
      nl_code=$nl_status
      [ -n "$nl_event" ] || break
      nl_before=$nl_status
    done
    nl_child=
  fi
  trap '' TERM ALRM HUP INT
  nl_disarm
  [ "$nl_stage" = 0 ] || nl_sweep
  echo "{\"code\":$nl_code,\"timedOut\":$nl_timed_out,\"terminated\":$nl_terminated}" 1<>"$nl_dir/exit.tmp"
  [ "$nl_stage" != 0 ] || exec mv -f "$nl_dir/exit.tmp" "$nl_dir/exit.json"
  mv -f "$nl_dir/exit.tmp" "$nl_dir/exit.json"
  # What dropped its environment but stayed in our process group goes with us.
  kill -KILL 0
}

nl_main "$@"
