.PHONY: help run test check bench build deploy client reset prepare
help:    ; @python3 dev
run:     ; @python3 dev run
test:    ; @python3 dev test $(ARGS)
check:   ; @python3 dev check
bench:   ; @python3 dev bench $(ARGS)
build:   ; @python3 dev build $(ARCH)
deploy:  ; @python3 dev deploy $(ENV)
client:  ; @python3 dev client
reset:   ; @python3 dev reset
prepare: ; @python3 dev prepare
