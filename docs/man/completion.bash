# SPDX-License-Identifier: Apache-2.0
# bash completion for cloche. The verbs and options are those that the program itself names.

_cloche_words() {
	"$1" ${2:+"$2"} --help 2>/dev/null | sed -nE "$3"
}

_cloche() {
	local program=$1 current=$2 verb='' word
	for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
		case $word in
		-*) ;;
		*) "$program" "$word" --help >/dev/null 2>&1 && verb=$word && break ;;
		esac
	done
	if [[ $current == -* ]]; then
		COMPREPLY=($(compgen -W "$(_cloche_words "$program" "$verb" 's/^  (-., |    )(--[a-z-]+).*/\2/p')" -- "$current"))
	elif [ -z "$verb" ]; then
		COMPREPLY=($(compgen -W "$(_cloche_words "$program" '' '/^Verbs/,/^$/s/^  ([a-z]+) .*/\1/p')" -- "$current"))
	else
		COMPREPLY=($(compgen -W "$("$program" list --quiet 2>/dev/null)" -- "$current") $(compgen -f -- "$current"))
	fi
}

complete -o filenames -F _cloche cloche
