# Sourced by other scripts.

# Runs commands (names of functions, or lines without quotes) at once. Prints the output of each when all before it have
# ended, and fails if one of them failed.
side_by_side() {
    local folder index status=0 running=()
    folder=$(mktemp -d)
    for index in $(seq $#); do
        ${!index} >"$folder/$index" 2>&1 &
        running[index]=$!
    done
    for index in $(seq $#); do
        wait "${running[index]}" || { status=1; echo "failed: ${!index}"; }
        cat "$folder/$index"
    done
    rm -r "$folder"
    return $status
}
