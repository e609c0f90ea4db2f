"""Which test shows that each bad input and fault of the record is refused or survived; every one of them is there."""

import ast
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
LIST: dict[str, tuple[str, ...]] = {
    "a release edited after signing": (
        "record/test_verify.py::test_a_flipped_byte_in_each_file_and_200_at_random_are_found_and_named",
        "record/test_verify.py::test_a_release_made_anew_around_a_change_does_not_fit_the_log",
        "record/test_publication.py::test_a_draft_that_was_changed_after_approval_is_not_published",
    ),
    "a proof for another leaf": (
        "record/test_verify.py::test_the_proof_of_another_entry_is_refused",
        "record/log/test_proof.py::test_a_proof_is_of_one_entry_only",
        "record/log/test_merkle.py::test_no_proof_holds_for_another_leaf_place_size_or_root",
    ),
    "a truncated tile": (
        "record/log/test_tiles.py::test_a_cut_tile_is_refused",
        "record/log/test_fsck.py::test_any_changed_or_cut_file_is_named_and_no_other",
    ),
    "a checkpoint that shrinks": (
        "record/log/test_watch.py::test_watching_finds_growth_shrinking_and_change",
        "record/log/test_witness.py::test_it_cosigns_no_rollback_and_no_second_history",
    ),
    "a checkpoint that forks": (
        "record/log/test_watch.py::test_a_forked_log_is_found_with_one_shared_witness_and_not_without",
        "record/test_verify.py::test_with_the_log_at_hand_a_release_beside_it_is_refused",
    ),
    "a wrong key": (
        "record/test_verify.py::test_another_key_does_not_do",
        "record/log/test_writing.py::test_who_is_not_trusted_or_nobody_signs_nothing_into_the_log",
        "cli/test_release.py::test_a_wrong_password_does_nothing",
    ),
    "a revoked key": (
        "record/test_verify.py::test_a_key_that_was_revoked_before_does_not_do",
        "record/log/test_rotation.py::test_a_checkpoint_by_a_revoked_key_is_refused",
        "record/log/test_rotation.py::test_a_watcher_with_the_first_key_alone_follows_the_change_of_keys",
        "cli/test_record.py::test_a_reader_with_the_first_key_follows_the_log",
    ),
    "two writers": (
        "record/log/test_writing.py::test_two_writers_at_once_lose_nothing",
        "record/log/test_writing.py::test_another_writer_waits_and_is_refused_in_the_end",
        "record/test_review.py::test_of_two_reviewers_at_once_one_wins",
        "record/test_contest.py::test_two_who_answer_at_once_do_not_both",
    ),
    "a full disk": (
        "record/log/test_writing.py::test_a_full_disk_leaves_the_log_as_it_was",
        "record/log/test_writing.py::test_a_disk_that_takes_only_so_many_bytes_loses_nothing",
        "record/test_folder.py::test_a_disk_without_room_leaves_nothing",
        "cli/test_release.py::test_on_a_full_disk_nothing_is_published_and_later_it_is",
        "cli/test_release.py::test_a_full_disk_of_the_log_keeps_the_decision_and_a_publication_is_finished",
    ),
    "power cut between tile and checkpoint": (
        "record/log/test_fsck.py::test_what_a_crash_left_is_no_file_of_an_earlier_size",
        "record/log/test_writing.py::test_kill_9_loses_nothing_that_was_acknowledged",
        "record/test_publication.py::test_kill_9_while_publishing_loses_nothing",
    ),
    "a clock that goes back": (
        "record/log/test_rotation.py::test_the_clock_may_go_back_between_entries",
        "record/log/test_witness.py::test_no_cosignature_of_a_larger_log_is_earlier_when_the_clock_goes_back",
        "record/test_review.py::test_a_clock_that_goes_back_does_not_turn_the_order",
        "record/test_contest_sources.py::test_a_clock_that_goes_back_slows_and_loses_nothing",
    ),
    "a contest with a text of 10 MB": (
        "record/test_contest.py::test_what_is_no_text_of_bounded_length_is_not_kept",
        "cli/test_contest.py::test_a_file_of_ten_megabytes_or_of_no_text_is_refused_and_a_good_one_is_kept",
    ),
    "a contest with HTML": ("record/test_contest.py::test_html_is_kept_as_it_was_written_and_shown_as_text",),
    "10,000 contests in a minute": (
        "record/test_contest_sources.py::test_ten_thousand_in_a_minute_are_survived",
        "record/test_contest.py::test_a_flood_is_slowed_and_nothing_accepted_is_lost",
        "record/test_contest.py::test_ten_thousand_a_day_from_everywhere_stop_at_the_limit",
    ),
    "a reviewer who is the author": (
        "record/test_review.py::test_nobody_reviews_what_they_made",
        "record/test_reviewed.py::test_nobody_reviews_their_own_release",
        "record/test_contest.py::test_the_author_does_not_answer_under_another_key_or_name",
    ),
    "a replayed receipt": (
        "record/test_contest.py::test_a_receipt_that_is_used_again_changes_nothing_more",
        "record/test_contest.py::test_a_wrong_receipt_tells_nothing",
    ),
}


@pytest.mark.parametrize("fault", LIST)
def test_every_fault_of_the_list_has_its_tests(fault: str) -> None:
    for name in LIST[fault]:
        path, _, function = name.partition("::")
        tree = ast.parse((TESTS / path).read_text(encoding="utf-8"))
        found = {each.name: each for each in tree.body if isinstance(each, ast.FunctionDef)}
        assert function in found, name
        marks = [ast.unparse(mark) for mark in found[function].decorator_list]
        left_out = [mark for mark in marks if "mark.slow" in mark or ("mark.skip" in mark and "win32" not in mark)]
        assert left_out == [], name
