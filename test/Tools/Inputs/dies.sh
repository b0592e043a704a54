#!/bin/sh
# Every module is interesting where the signals have their default actions.
sh -c 'kill -TERM $$; exit 5'
[ $? -eq 143 ] || exit 0
sh -c 'kill -PIPE $$; exit 5'
[ $? -eq 141 ] || exit 0
exit 1
