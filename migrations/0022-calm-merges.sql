-- Small parts are merged some ten at a time. By default the engine merges four or five of them, with the largest of
-- some megabytes again and again, since it takes each part to cost as much as 5 MiB. And it leaves the smallest out, so
-- that two or three are merged at every insert. With a few inserts a second these merges took half a core, nearly all of
-- it for rows that had been merged before (decision 0016).

ALTER TABLE pods MODIFY SETTING
  merge_selector_base = 10,
  merge_selector_enable_heuristic_to_remove_small_parts_at_right = 0,
  min_parts_to_merge_at_once = 8;

ALTER TABLE lives MODIFY SETTING
  merge_selector_base = 10,
  merge_selector_enable_heuristic_to_remove_small_parts_at_right = 0,
  min_parts_to_merge_at_once = 8;

ALTER TABLE events MODIFY SETTING
  merge_selector_base = 10,
  merge_selector_enable_heuristic_to_remove_small_parts_at_right = 0,
  min_parts_to_merge_at_once = 8;

ALTER TABLE pod_aliases MODIFY SETTING
  merge_selector_base = 10,
  merge_selector_enable_heuristic_to_remove_small_parts_at_right = 0,
  min_parts_to_merge_at_once = 8;

ALTER TABLE pod_watermarks MODIFY SETTING
  merge_selector_base = 10,
  merge_selector_enable_heuristic_to_remove_small_parts_at_right = 0,
  min_parts_to_merge_at_once = 8;

ALTER TABLE pod_change_feed MODIFY SETTING
  merge_selector_base = 10,
  merge_selector_enable_heuristic_to_remove_small_parts_at_right = 0,
  min_parts_to_merge_at_once = 8;

ALTER TABLE pod_record_feed MODIFY SETTING
  merge_selector_base = 10,
  merge_selector_enable_heuristic_to_remove_small_parts_at_right = 0,
  min_parts_to_merge_at_once = 8;

ALTER TABLE pod_revisions MODIFY SETTING
  merge_selector_base = 10,
  merge_selector_enable_heuristic_to_remove_small_parts_at_right = 0,
  min_parts_to_merge_at_once = 8;

ALTER TABLE pod_lookup MODIFY SETTING
  merge_selector_base = 10,
  merge_selector_enable_heuristic_to_remove_small_parts_at_right = 0,
  min_parts_to_merge_at_once = 8;

ALTER TABLE obituaries MODIFY SETTING
  merge_selector_base = 10,
  merge_selector_enable_heuristic_to_remove_small_parts_at_right = 0,
  min_parts_to_merge_at_once = 8;

ALTER TABLE job_watermarks MODIFY SETTING
  merge_selector_base = 10,
  merge_selector_enable_heuristic_to_remove_small_parts_at_right = 0,
  min_parts_to_merge_at_once = 8;

ALTER TABLE lines_of_lives MODIFY SETTING
  merge_selector_base = 10,
  merge_selector_enable_heuristic_to_remove_small_parts_at_right = 0,
  min_parts_to_merge_at_once = 8;
