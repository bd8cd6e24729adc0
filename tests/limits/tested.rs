//! Which test tries a limit at its edge: what is as large as it may be, and what is one larger.

/// The limit, and its test. Those that have a row of their own in `docs/limits.md`, with what is
/// told beyond them, name it there.
pub(super) const TESTED: &[(&str, &str)] = &[
    (
        "RUNS_MAX in src/prove/records/known.rs",
        "src/prove/records/known/tests.rs::a_check_makes_so_many_runs",
    ),
    (
        "NAME_MAX in src/target/exim/interpret/acl/long_names.rs",
        "tests/limits/exim.rs::names_of_helo_that_are_written_into_fields",
    ),
    (
        "CONDITIONS_MAX in src/target/exim/interpret/expand.rs",
        "src/target/exim/interpret/expand/tests.rs::an_item_has_so_many_conditions",
    ),
    (
        "CONDITION_DEPTH_MAX in src/target/exim/interpret/expand.rs",
        "src/target/exim/interpret/expand/tests.rs::conditions_have_a_greatest_depth",
    ),
    (
        "LINKS_MAX in src/cli/server.rs",
        "tests/limits/files.rs::so_many_links_of_a_server_are_followed",
    ),
    (
        "LABEL_OCTETS_MAX in src/dns/resolver/zone_file/name.rs",
        "src/dns/resolver/zone_file/name.rs::a_name_has_a_greatest_length",
    ),
    (
        "NAME_LENGTH_MAX in src/dns/resolver/zone_file/name.rs",
        "src/dns/resolver/zone_file/name.rs::a_name_has_a_greatest_length",
    ),
    (
        "LOCAL_OCTETS_MAX in src/mail/address.rs",
        "tests/limits/names.rs::a_local_part_has_a_greatest_length",
    ),
    (
        "LABEL_OCTETS_MAX in src/mail/dkim.rs",
        "tests/limits/names.rs::a_selector_and_its_labels_have_a_greatest_length",
    ),
    (
        "RSA_BITS_MAX in src/mail/dkim.rs",
        "src/mail/dkim.rs::an_rsa_key_has_a_greatest_length",
    ),
    (
        "SELECTOR_OCTETS_MAX in src/mail/dkim.rs",
        "tests/limits/names.rs::a_selector_and_its_labels_have_a_greatest_length",
    ),
    (
        "OCTETS_MAX in src/mail/domain.rs",
        "tests/limits/names.rs::a_domain_has_a_greatest_length",
    ),
    (
        "HOST_OCTETS_MAX in src/policy/lower/host.rs",
        "tests/limits.rs::the_name_of_a_host_has_a_greatest_length",
    ),
    (
        "LOGIN_OCTETS_MAX in src/policy/lower/name.rs",
        "tests/limits/names.rs::a_login_has_a_greatest_length",
    ),
    (
        "PATH_OCTETS_MAX in src/policy/lower/name.rs",
        "tests/limits/names.rs::a_path_has_a_greatest_length",
    ),
    (
        "SOCKET_OCTETS_MAX in src/policy/lower/name.rs",
        "tests/limits/names.rs::a_socket_has_a_greatest_length",
    ),
    (
        "MAX_AGE_SECONDS_MAX in src/policy/lower/publish.rs",
        "tests/limits/names.rs::mta_sts_has_a_greatest_age",
    ),
    (
        "NAME_OCTETS_MAX in src/policy/lower/route.rs",
        "tests/limits/names.rs::the_name_of_a_route_has_a_greatest_length",
    ),
    (
        "LOOKUPS_MAX in src/policy/lower/spf.rs",
        "tests/limits/names.rs::a_record_asks_so_often",
    ),
    (
        "NAME_OCTETS_MAX in src/policy/lower/target.rs",
        "tests/limits/names.rs::the_name_of_a_setting_has_a_greatest_length",
    ),
    (
        "DIGITS_MAX in src/syntax/lexer.rs",
        "tests/limits/names.rs::a_number_has_so_many_digits",
    ),
    (
        "LINE_MAX in src/target/exim/interpret/acl/long_lines.rs",
        "src/target/exim/interpret/acl/long_lines.rs::a_line_of_998_octets_is_the_edge",
    ),
    (
        "DEPTH_MAX in src/target/exim/interpret/acl/mod.rs",
        "tests/limits/readers.rs::acls_of_exim_that_run_each_other",
    ),
    (
        "DELAY_MAX in src/target/exim/interpret/acl/modifier.rs",
        "tests/limits/readers.rs::numbers_of_exim",
    ),
    (
        "SOCKET_OCTETS_MAX in src/target/exim/interpret/backend.rs",
        "tests/limits/readers.rs::sockets_of_dovecot",
    ),
    (
        "DIGITS_MAX in src/target/exim/interpret/condition.rs",
        "tests/limits/readers.rs::numbers_of_exim",
    ),
    (
        "INTERVAL_MAX in src/target/exim/interpret/daemon.rs",
        "tests/limits/readers.rs::times_between_two_runs_of_the_queue",
    ),
    (
        "DEPTH_MAX in src/target/exim/interpret/expand.rs",
        "src/target/exim/interpret/expand/tests.rs::expansions_have_a_greatest_depth",
    ),
    (
        "EXPANSIONS_MAX in src/target/exim/interpret/expand.rs",
        "src/target/exim/interpret/expand/tests.rs::so_many_expansions_are_read",
    ),
    (
        "LEAVES_MAX in src/target/exim/interpret/expand.rs",
        "src/target/exim/interpret/expand/tests.rs::an_expansion_comes_out_in_so_many_ways",
    ),
    (
        "CHOOSERS_MAX in src/target/exim/interpret/given.rs",
        "src/target/exim/interpret/expand/tests.rs::a_router_hangs_on_so_many_headers",
    ),
    (
        "LINE_OCTETS_MAX in src/target/exim/interpret/inert.rs",
        "src/target/exim/interpret/inert.rs::texts_fit_in_a_line",
    ),
    (
        "TEXT_OCTETS_MAX in src/target/exim/interpret/inert.rs",
        "src/target/exim/interpret/inert.rs::texts_fit_in_a_line",
    ),
    (
        "TEXT_VARIABLES_MAX in src/target/exim/interpret/inert.rs",
        "src/target/exim/interpret/inert.rs::texts_fit_in_a_line",
    ),
    (
        "CONDITIONALS_MAX in src/target/exim/interpret/lines.rs",
        "tests/limits/readers.rs::conditionals_and_files_of_exim_inside_each_other",
    ),
    (
        "NESTING_MAX in src/target/exim/interpret/lines.rs",
        "tests/limits/readers.rs::conditionals_and_files_of_exim_inside_each_other",
    ),
    (
        "STEPS_MAX in src/target/exim/interpret/list.rs",
        "tests/limits/exim.rs::a_list_comes_to_so_many_tests",
    ),
    (
        "DEPTH_MAX in src/target/exim/interpret/list.rs",
        "tests/limits/exim.rs::lists_that_stand_in_one_another",
    ),
    (
        "LINE_MAX in src/target/exim/interpret/list_source.rs",
        "tests/limits/readers.rs::lines_of_lists_and_names_of_files_of_exim",
    ),
    (
        "FILE_OCTETS_MAX in src/target/exim/interpret/lookup.rs",
        "tests/limits/readers.rs::lines_of_lists_and_names_of_files_of_exim",
    ),
    (
        "HOST_OCTETS_MAX in src/target/exim/interpret/mod.rs",
        "tests/limits/readers.rs::names_of_hosts",
    ),
    (
        "SPACE_MAX in src/target/exim/interpret/option/harmless.rs",
        "tests/limits/readers.rs::numbers_of_exim",
    ),
    (
        "LISTS_MAX in src/target/exim/interpret/option/mod.rs",
        "tests/limits/readers.rs::named_lists_of_exim",
    ),
    (
        "FACTOR_MAX in src/target/exim/interpret/retry.rs",
        "tests/limits/readers.rs::numbers_of_exim",
    ),
    (
        "ADDRESS_MAX in src/target/exim/interpret/router/address_list.rs",
        "tests/limits/exim.rs::addresses_that_redirections_lead_to",
    ),
    (
        "DEPTH_MAX in src/target/exim/interpret/router/walk.rs",
        "tests/limits/exim.rs::redirections_behind_one_another",
    ),
    (
        "NAME_OCTETS_MAX in src/target/exim/interpret/section.rs",
        "tests/limits/readers.rs::names_of_sections_and_macros_of_exim",
    ),
    (
        "LOAD_MAX in src/target/exim/interpret/shape.rs",
        "tests/limits/exim.rs::loads_that_options_name",
    ),
    (
        "QUESTIONS_MAX in src/target/exim/interpret/untold.rs",
        "tests/limits/exim.rs::questions_that_the_form_of_a_path_does_not_answer",
    ),
    (
        "TEXT_OCTETS_MAX in src/target/postfix/interpret/action.rs",
        "tests/limits/readers.rs::keys_and_texts_of_tables_of_postfix",
    ),
    (
        "SOCKET_OCTETS_MAX in src/target/postfix/interpret/backend.rs",
        "tests/limits/readers.rs::sockets_of_dovecot",
    ),
    (
        "LINE_OCTETS_MAX in src/target/postfix/interpret/backend.rs",
        "tests/limits/postfix.rs::lines_of_cyrus_sasl",
    ),
    (
        "DEPTH_MAX in src/target/postfix/interpret/compile/class.rs",
        "tests/limits/readers.rs::classes_of_postfix_that_name_each_other",
    ),
    (
        "ROUNDS_MAX in src/target/postfix/interpret/host_mail.rs",
        "tests/limits/postfix.rs::rewritings_of_an_address_of_a_closed_host",
    ),
    (
        "KEY_OCTETS_MAX in src/target/postfix/interpret/keyed.rs",
        "tests/limits/readers.rs::keys_and_texts_of_tables_of_postfix",
    ),
    (
        "ARGUMENTS_MAX in src/target/postfix/interpret/master_cf.rs",
        "src/target/postfix/interpret/master_cf.rs::arguments_have_a_greatest_length",
    ),
    (
        "ARGUMENT_MAX in src/target/postfix/interpret/master_cf.rs",
        "src/target/postfix/interpret/master_cf.rs::arguments_have_a_greatest_length",
    ),
    (
        "NAME_MAX in src/target/postfix/interpret/master_cf.rs",
        "src/target/postfix/interpret/master_cf.rs::what_master_does_not_start_with_is_an_error",
    ),
    (
        "LINE_MAX in src/target/postfix/interpret/opendkim/file.rs",
        "src/target/postfix/interpret/opendkim/file.rs::a_long_line_of_a_data_set_is_no_row",
    ),
    (
        "DEPTH_MAX in src/target/postfix/interpret/parameter/expand.rs",
        "tests/limits/postfix.rs::names_of_parameters_that_name_each_other",
    ),
    (
        "NAMES_MAX in src/target/postfix/interpret/parameter/expand.rs",
        "src/target/postfix/interpret/parameter/expand.rs::a_value_comes_to_so_many_names",
    ),
    (
        "OCTETS_MAX in src/target/postfix/interpret/parameter/expand.rs",
        "src/target/postfix/interpret/parameter/expand.rs::a_value_has_a_greatest_length",
    ),
    (
        "PART_MAX in src/target/postfix/interpret/parameter/expand.rs",
        "src/target/postfix/interpret/parameter/expand.rs::a_level_has_parts_of_so_many_digits",
    ),
    (
        "HOST_OCTETS_MAX in src/target/postfix/interpret/parameter/kind.rs",
        "tests/limits/readers.rs::names_of_hosts",
    ),
    (
        "REPLY_OCTETS_MAX in src/target/postfix/interpret/parameter/shape.rs",
        "tests/limits/readers.rs::replies_of_postfix",
    ),
    (
        "LOOKUP_MAX in src/target/postfix/interpret/policyd/config.rs",
        "tests/limits/readers.rs::how_long_a_lookup_of_spf_takes",
    ),
    (
        "DEPTH_MAX in src/target/postfix/interpret/route.rs",
        "src/target/postfix/interpret/tests.rs::\
         an_address_may_lead_to_itself_once_wherever_it_stands",
    ),
    (
        "WAKEUP_MAX in src/target/postfix/interpret/services.rs",
        "tests/limits/readers.rs::times_between_two_runs_of_the_queue",
    ),
    (
        "LABEL_OCTETS_MAX in src/mail/path/parse.rs",
        "src/mail/path/tests.rs::a_label_of_a_path_has_a_greatest_length",
    ),
    (
        "LABEL_OCTETS_MAX in src/spf/name.rs",
        "src/spf/name.rs::names_and_labels_have_a_greatest_length",
    ),
    (
        "NAME_LENGTH_MAX in src/spf/name.rs",
        "src/spf/name.rs::names_and_labels_have_a_greatest_length",
    ),
    (
        "CNAMES_MAX in src/spf/zone.rs",
        "src/spf/tests/limits.rs::so_many_aliases_of_a_name_are_followed",
    ),
    (
        "EXPANSION_OCTETS_MAX in src/spf/session.rs",
        "src/spf/tests/limits.rs::macros_make_so_much_text",
    ),
    (
        "EXPLANATION_LENGTH_MAX in src/spf/evaluate.rs",
        "src/spf/tests/limits.rs::an_explanation_has_a_greatest_length",
    ),
    (
        "LOOKUP_TERMS_MAX in src/spf/record.rs",
        "src/spf/tests/limits.rs::so_many_terms_ask_dns",
    ),
    (
        "MX_NAMES_MAX in src/spf/mechanism.rs",
        "src/spf/tests/limits.rs::a_domain_has_so_many_exchangers",
    ),
    (
        "PTR_NAMES_MAX in src/spf/mechanism.rs",
        "src/spf/tests/limits.rs::so_many_names_of_a_client_are_looked_at",
    ),
    (
        "VOIDS_MAX in src/spf/session.rs",
        "src/spf/tests/limits.rs::so_many_lookups_find_nothing",
    ),
    (
        "STEPS_MAX in src/spf/evaluation.rs",
        "src/spf/tests/limits.rs::a_trace_has_so_many_steps",
    ),
    (
        "SILENCES_MAX in src/dns/resolver/live.rs",
        "tests/name_server.rs::after_so_many_silences_no_more_is_asked",
    ),
    (
        "STRING_OCTETS_MAX in src/dns/record.rs",
        "src/dns/record.rs::text_is_cut_and_escaped",
    ),
    (
        "RELATIONS_MAX in src/prove/universe/relation.rs",
        "tests/sceptic/rights.rs::more_relations_than_bits_are_no_proof",
    ),
];
