"""ConnectorConformance: every promise to be kept by a connector, as one pytest class."""

from erplink.testing import checks
from erplink.testing.suite import ConformanceSuite, tried

__all__ = ["ConnectorConformance"]


class ConnectorConformance(ConformanceSuite):
    """Subclass it as ``TestAcme``, and fill in the fixture ``harness``.

    .. code-block:: python

        class TestAcme(ConnectorConformance):
            known_faults = {"test_a_stale_version_is_refused": "ACME 11 ignores If-Match"}

            @pytest.fixture
            def harness(self, acme_server):
                config = {"url": acme_server.url, "token": Secret("let-me-in")}
                yield Harness.of(AcmeConnector(), config, seed=acme_server.insert)

    What is claimed must hold; what is not claimed must be refused, and change nothing. Without the
    hooks with which the harness changes the world behind the connector's back, the tests that need
    them are skipped, each with its reason.
    """

    test_a_blank_search_finds_every_record = tried(checks.check_a_blank_search_finds_every_record)
    test_a_broken_reading_can_be_taken_up_again = tried(
        checks.check_a_broken_reading_can_be_taken_up_again
    )
    test_a_child_is_created_under_its_parent = tried(
        checks.check_a_child_is_created_under_its_parent
    )
    test_a_cleared_field_is_empty_afterwards = tried(
        checks.check_a_cleared_field_is_empty_afterwards
    )
    test_a_cleared_field_is_told_as_none = tried(checks.check_a_cleared_field_is_told_as_none)
    test_a_configuration_is_diagnosed = tried(checks.check_a_configuration_is_diagnosed)
    test_a_count_is_the_number_found = tried(checks.check_a_count_is_the_number_found)
    test_a_created_record_holds_what_was_sent = tried(
        checks.check_a_created_record_holds_what_was_sent
    )
    test_a_creation_is_found_by_its_key = tried(checks.check_a_creation_is_found_by_its_key)
    test_a_creation_is_found_by_its_natural_key = tried(
        checks.check_a_creation_is_found_by_its_natural_key
    )
    test_a_creation_twice_in_one_batch_makes_one_record = tried(
        checks.check_a_creation_twice_in_one_batch_makes_one_record
    )
    test_a_current_version_is_taken = tried(checks.check_a_current_version_is_taken)
    test_a_cursor_can_be_used_again = tried(checks.check_a_cursor_can_be_used_again)
    test_a_cursor_outlives_its_session = tried(checks.check_a_cursor_outlives_its_session)
    test_a_deleted_record_is_gone = tried(checks.check_a_deleted_record_is_gone)
    test_a_deletion_is_told = tried(checks.check_a_deletion_is_told)
    test_a_field_is_written_once_only = tried(checks.check_a_field_is_written_once_only)
    test_a_late_commit_is_told = tried(checks.check_a_late_commit_is_told)
    test_a_list_field_holds_keys_of_its_list = tried(
        checks.check_a_list_field_holds_keys_of_its_list
    )
    test_a_lost_answer_is_unknown = tried(checks.check_a_lost_answer_is_unknown)
    test_a_lost_creation_can_be_resolved = tried(checks.check_a_lost_creation_can_be_resolved)
    test_a_merged_record_leads_to_its_new_key = tried(
        checks.check_a_merged_record_leads_to_its_new_key
    )
    test_a_missing_mandatory_field_is_refused_by_name = tried(
        checks.check_a_missing_mandatory_field_is_refused_by_name
    )
    test_a_missing_record_is_none = tried(checks.check_a_missing_record_is_none)
    test_a_missing_record_is_not_made_by_an_edit = tried(
        checks.check_a_missing_record_is_not_made_by_an_edit
    )
    test_a_new_record_is_in_the_next_reading = tried(
        checks.check_a_new_record_is_in_the_next_reading
    )
    test_a_read_only_field_is_refused = tried(checks.check_a_read_only_field_is_refused)
    test_a_record_is_told_as_it_is = tried(checks.check_a_record_is_told_as_it_is)
    test_a_removed_record_is_gone = tried(checks.check_a_removed_record_is_gone)
    test_a_stale_removal_is_refused = tried(checks.check_a_stale_removal_is_refused)
    test_a_stale_version_is_refused = tried(checks.check_a_stale_version_is_refused)
    test_a_text_is_found_wherever_it_stands = tried(checks.check_a_text_is_found_wherever_it_stands)
    test_a_text_too_long_is_never_cut_in_silence = tried(
        checks.check_a_text_too_long_is_never_cut_in_silence
    )
    test_a_throttled_call_says_when_to_come_back = tried(
        checks.check_a_throttled_call_says_when_to_come_back
    )
    test_a_version_moves_with_its_record = tried(checks.check_a_version_moves_with_its_record)
    test_an_edit_is_in_the_next_reading = tried(checks.check_an_edit_is_in_the_next_reading)
    test_an_edit_while_paging_is_told = tried(checks.check_an_edit_while_paging_is_told)
    test_an_unknown_field_is_refused = tried(checks.check_an_unknown_field_is_refused)
    test_answers_stand_in_the_order_of_the_edits = tried(
        checks.check_answers_stand_in_the_order_of_the_edits
    )
    test_bad_credentials_fail_on_opening = tried(checks.check_bad_credentials_fail_on_opening)
    test_children_are_found_under_their_parent = tried(
        checks.check_children_are_found_under_their_parent
    )
    test_claims_fit_what_there_is = tried(checks.check_claims_fit_what_there_is)
    test_codes_are_told_as_texts = tried(checks.check_codes_are_told_as_texts)
    test_criteria_combine = tried(checks.check_criteria_combine)
    test_dates_are_told_to_the_day = tried(checks.check_dates_are_told_to_the_day)
    test_every_creation_gets_a_key_of_its_own = tried(
        checks.check_every_creation_gets_a_key_of_its_own
    )
    test_every_operator_means_what_it_says = tried(checks.check_every_operator_means_what_it_says)
    test_increments_add_up_to_a_full_reading = tried(
        checks.check_increments_add_up_to_a_full_reading
    )
    test_items_are_told_by_their_keys = tried(checks.check_items_are_told_by_their_keys)
    test_marks_come_in_order = tried(checks.check_marks_come_in_order)
    test_moments_are_told_as_the_same_moment = tried(
        checks.check_moments_are_told_as_the_same_moment
    )
    test_numbers_are_told_to_the_digit = tried(checks.check_numbers_are_told_to_the_digit)
    test_one_bad_edit_stops_no_other = tried(checks.check_one_bad_edit_stops_no_other)
    test_only_asked_fields_are_told = tried(checks.check_only_asked_fields_are_told)
    test_other_fields_are_left_alone = tried(checks.check_other_fields_are_left_alone)
    test_page_max_keys_can_be_read_at_once = tried(checks.check_page_max_keys_can_be_read_at_once)
    test_reading_twice_says_the_same = tried(checks.check_reading_twice_says_the_same)
    test_records_of_one_mark_all_come = tried(checks.check_records_of_one_mark_all_come)
    test_removing_what_is_gone_is_harmless = tried(checks.check_removing_what_is_gone_is_harmless)
    test_saved_codes_stay_texts = tried(checks.check_saved_codes_stay_texts)
    test_saved_dates_keep_their_day = tried(checks.check_saved_dates_keep_their_day)
    test_saved_moments_stay_the_same_moment = tried(checks.check_saved_moments_stay_the_same_moment)
    test_saved_numbers_keep_their_digits = tried(checks.check_saved_numbers_keep_their_digits)
    test_saved_texts_keep_their_letters = tried(checks.check_saved_texts_keep_their_letters)
    test_secrets_stay_secret = tried(checks.check_secrets_stay_secret)
    test_sessions_are_apart = tried(checks.check_sessions_are_apart)
    test_texts_are_told_to_the_letter = tried(checks.check_texts_are_told_to_the_letter)
    test_the_feed_tells_every_record = tried(checks.check_the_feed_tells_every_record)
    test_the_form_describes_the_configuration = tried(
        checks.check_the_form_describes_the_configuration
    )
    test_the_parent_of_a_record_is_told = tried(checks.check_the_parent_of_a_record_is_told)
    test_the_same_creation_again_makes_no_second_record = tried(
        checks.check_the_same_creation_again_makes_no_second_record
    )
    test_threads_read_side_by_side = tried(checks.check_threads_read_side_by_side)
    test_what_is_not_claimed_is_refused = tried(checks.check_what_is_not_claimed_is_refused)
    test_what_was_saved_is_told = tried(checks.check_what_was_saved_is_told)
