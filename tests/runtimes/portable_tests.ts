/**
 * The files of tests that Node.js runs: all that is about what needs no
 * Deno. Left out are tests of files and processes of Deno, of servers that it
 * listens with, of browsers, of other programs, and long ones.
 */
export const PORTABLE_TESTS: readonly string[] = [
  "streams/blocks/byte_limit_stream_test.ts",
  "streams/blocks/byte_reader_test.ts",
  "streams/blocks/heartbeats_test.ts",
  "streams/blocks/line_assembler_test.ts",
  "streams/blocks/paced_stream_test.ts",
  "streams/buffers/buffer_iterator_io_test.ts",
  "streams/buffers/buffer_iterator_test.ts",
  "streams/buffers/progress_test.ts",
  "streams/hashing_stream_test.ts",
  "streams/sources/byte_source_test.ts",
  "streams/tee/byte_queue_test.ts",
  "streams/tee/tee_test.ts",
  "events/event_manager_test.ts",
  "events/progress_manager_test.ts",
  "internal/checks/argument_checks_test.ts",
  "internal/compact_map_test.ts",
  "internal/text/exact_json_test.ts",
  "internal/text/fnmatch_test.ts",
  "internal/web/host_and_port_test.ts",
  "internal/files/recycled_chunks_test.ts",
  "internal/web/request_source_test.ts",
  "internal/shared_replacement_test.ts",
  "internal/web/shown_url_test.ts",
  "internal/files/sqlite_busy_test.ts",
  "internal/text/terminal_text_test.ts",
  "internal/runtimes/timers_test.ts",
  "internal/files/write_all_test.ts",
  "store/core/connectable_test.ts",
  "store/core/metadata_test.ts",
  "store/core/slots_test.ts",
  "store/core/store_progress_manager_test.ts",
  "store/core/transaction_test.ts",
  "store/memory/memory_store_test.ts",
  "store/sqlite/sqlite_store_test.ts",
  "store/url/url_store_test.ts",
  "lines/buffer/grouped_message_test.ts",
  "lines/buffer/item_batches_test.ts",
  "lines/buffer/line_breaks_test.ts",
  "lines/buffer/line_buffer_test.ts",
  "lines/capture/redirect_test.ts",
  "lines/client/line_host_mirror_test.ts",
  "lines/client/secrets_test.ts",
  "lines/host/line_host_buffer_test.ts",
  "lines/host/live_response_test.ts",
  "lines/host/request_body_test.ts",
  "lines/mirror/mirror_lines_test.ts",
  "lines/mirror/mirror_pipeline_test.ts",
  "lines/mirror/mirror_posts_test.ts",
  "lines/protocol/mirror_post_test.ts",
  "lines/protocol/server_sent_events_test.ts",
  "tstorage/client/channel_over_test.ts",
  "tstorage/data/columns_payload_type_test.ts",
  "tstorage/data/datetime_test.ts",
  "tstorage/data/key_layout_test.ts",
  "tstorage/data/key_test.ts",
  "tstorage/data/payload_type_test.ts",
  "tstorage/data/timestamp_test.ts",
  "tstorage/transport/receive_buffer_test.ts",
  "tstorage/wire/put_decoder_test.ts",
  "tstorage/wire/record_decoder_test.ts",
];

/** Why Node.js does not run a single test in these files, by its name. */
export const NOT_PORTABLE: Readonly<Record<string, string>> = {
  'a refused argument is named: "data" must be a string without lone surrogates, found "a\ufffd"':
    "Node.js escapes a lone surrogate",
  "reads that follow each other without a pause see what another process writes":
    "it starts a process of Deno",
  "objects look as the console of Deno shows them":
    "consoles of other runtimes show objects in their way",
  "a print throws once the host asks its mirrors to stop":
    "the first request has to be fast",
  "of too many bytes at once the post that stalled first has to go":
    "other runtimes want an option for the body of a request that is a stream",
  "a file that is closed while it is read is an error, not the end":
    "an error of Deno for its files",
  "cancelling puts a file that was read ahead back to its reader's place":
    "only files of Deno are read ahead",
  "reading file after file leaves timers their turn":
    "only files of Deno are read synchronously",
};
