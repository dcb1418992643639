;; The checks in WebAssembly: a list of strings in a hash table, and a search for a word.
;;
;; Memory:        0  the table: 4,096 slots of 8 bytes, address and length of a string, or zeros
;;           32,768  the strings on the list, one after the other
;;          122,880  the word
;;          131,072  the event
(module
  (memory (export "memory") 24)
  (global $end (mut i32) (i32.const 32768))

  ;; The FNV-1a hash of a string.
  (func $hash (param $at i32) (param $length i32) (result i32)
    (local $hash i32) (local $end i32)
    (local.set $hash (i32.const 0x811c9dc5))
    (local.set $end (i32.add (local.get $at) (local.get $length)))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $at) (local.get $end)))
        (local.set $hash
          (i32.mul
            (i32.xor (local.get $hash) (i32.load8_u (local.get $at)))
            (i32.const 0x01000193)))
        (local.set $at (i32.add (local.get $at) (i32.const 1)))
        (br $next)))
    (local.get $hash))

  ;; Whether two strings of this length are equal.
  (func $same (param $one i32) (param $other i32) (param $length i32) (result i32)
    (local $index i32)
    (loop $next
      (if (i32.ge_u (local.get $index) (local.get $length)) (then (return (i32.const 1))))
      (if (i32.ne
            (i32.load8_u (i32.add (local.get $one) (local.get $index)))
            (i32.load8_u (i32.add (local.get $other) (local.get $index))))
        (then (return (i32.const 0))))
      (local.set $index (i32.add (local.get $index) (i32.const 1)))
      (br $next))
    (unreachable))

  ;; The slot that contains the string, or the free slot for it.
  (func $slot (param $at i32) (param $length i32) (result i32)
    (local $slot i32) (local $known i32)
    (local.set $slot (call $hash (local.get $at) (local.get $length)))
    (loop $next
      (local.set $slot (i32.and (local.get $slot) (i32.const 4095)))
      (local.set $known (i32.load (i32.shl (local.get $slot) (i32.const 3))))
      (if (i32.eqz (local.get $known))
        (then (return (i32.shl (local.get $slot) (i32.const 3)))))
      (if (i32.eq
            (i32.load offset=4 (i32.shl (local.get $slot) (i32.const 3)))
            (local.get $length))
        (then
          (if (call $same (local.get $known) (local.get $at) (local.get $length))
            (then (return (i32.shl (local.get $slot) (i32.const 3)))))))
      (local.set $slot (i32.add (local.get $slot) (i32.const 1)))
      (br $next))
    (unreachable))

  ;; The address at which the next string of the list has to be written.
  (func (export "end") (result i32) (global.get $end))

  ;; Adds the string that was written there to the list.
  (func (export "add") (param $length i32)
    (local $slot i32)
    (local.set $slot (call $slot (global.get $end) (local.get $length)))
    (i32.store (local.get $slot) (global.get $end))
    (i32.store offset=4 (local.get $slot) (local.get $length))
    (global.set $end (i32.add (global.get $end) (local.get $length))))

  ;; Whether a string is on the list.
  (func (export "lists") (param $at i32) (param $length i32) (result i32)
    (i32.ne
      (i32.load (call $slot (local.get $at) (local.get $length)))
      (i32.const 0)))

  ;; Whether a string contains a word: searches for its first byte, then compares the rest.
  (func (export "finds") (param $at i32) (param $length i32) (param $word i32)
                         (param $word_length i32) (result i32)
    (local $last i32) (local $first i32)
    (local.set $last
      (i32.sub (i32.add (local.get $at) (local.get $length)) (local.get $word_length)))
    (local.set $first (i32.load8_u (local.get $word)))
    (loop $next
      (if (i32.gt_s (local.get $at) (local.get $last)) (then (return (i32.const 0))))
      (if (i32.eq (i32.load8_u (local.get $at)) (local.get $first))
        (then
          (if (call $same (local.get $at) (local.get $word) (local.get $word_length))
            (then (return (i32.const 1))))))
      (local.set $at (i32.add (local.get $at) (i32.const 1)))
      (br $next))
    (unreachable)))
