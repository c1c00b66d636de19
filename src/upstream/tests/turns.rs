//! Whose turn it is.

use std::rc::Rc;
use std::sync::Arc;

use tokio::sync::Notify;

use super::{origin, written};
use crate::upstream::lane::Lane;
use crate::upstream::place::Place;
use crate::upstream::shelf::Seat;

type Lanes = Vec<Rc<Lane<http_body_util::Empty<bytes::Bytes>>>>;

fn place(more: &str) -> Rc<Place<http_body_util::Empty<bytes::Bytes>>> {
    let yaml = format!("{{urls: [\"http://10.0.0.1\", \"http://10.0.0.2\", \"http://10.0.0.3\"]{more}}}");
    Place::new(origin(written(&yaml)), 8, &Arc::new(Notify::new()))
}

/// The last digits of the addresses that the next so many requests go to.
fn next(place: &Place<http_body_util::Empty<bytes::Bytes>>, count: usize) -> String {
    let one = |_| place.choose(&[]).expect("a lane").endpoint.label.clone().split_off("10.0.0.".len());
    (0..count).map(one).collect()
}

#[test]
fn each_in_turn() {
    assert_eq!(next(&place(""), 7), "1231231");
}

#[test]
fn workers_begin_with_different_addresses() {
    let origin = origin(written("{urls: [\"http://10.0.0.1\", \"http://10.0.0.2\"]}"));
    let workers = [0, 1, 2].map(|_| Place::new(Arc::clone(&origin), 8, &Arc::new(Notify::new())));
    assert_eq!(workers.each_ref().map(|place| next(place, 2)), ["12", "21", "12"]);
}

#[test]
fn the_fewest_requests_first_and_in_turn_where_several_have_as_few() {
    let place = place(", balance: least_requests");
    let mut seats = Vec::new();
    let mut taken = String::new();
    for _ in 0..6 {
        let lane = place.choose(&[]).expect("a lane");
        taken += &lane.endpoint.label["10.0.0.".len()..];
        seats.push(Seat::take(&lane.shelf, None));
    }
    assert_eq!(taken, "123123");
    seats.remove(1);
    assert_eq!(next(&place, 2), "22");
    seats.clear();
    assert_eq!(next(&place, 3), "312");
}

#[test]
fn what_has_failed_too_often_is_left_out_until_a_trial_goes_well() {
    for balance in ["", ", balance: least_requests"] {
        let place = place(balance);
        let lanes: Lanes = (0..3).map(|_| place.choose(&[]).expect("a lane")).collect();
        for _ in 0..2 {
            place.origin.failed(&lanes[1].endpoint, "connect", &"refused");
        }
        assert_eq!(next(&place, 3), "123", "two are not three");
        place.origin.failed(&lanes[1].endpoint, "connect", &"refused");
        assert_eq!(next(&place, 4), "1313");
        lanes[1].endpoint.condition.hurry();
        assert_eq!(next(&place, 4), "2313", "one request is its trial");
        place.origin.answered(&lanes[1].endpoint);
        assert_eq!(next(&place, 3), "123");
    }
}

#[test]
fn where_probes_look_after_an_address_no_request_is_its_trial() {
    let place = place(", failures: 1, health: {path: /}");
    let lane = place.choose(&[]).expect("a lane");
    place.origin.failed(&lane.endpoint, "connect", &"refused");
    lane.endpoint.condition.hurry();
    assert_eq!(next(&place, 4), "2323");
    assert!(lane.endpoint.condition.is_well());
    assert_eq!(next(&place, 3), "123");
}

#[test]
fn all_are_tried_if_all_are_left_out() {
    let place = place(", failures: 1");
    let lanes: Lanes = (0..3).map(|_| place.choose(&[]).expect("a lane")).collect();
    for lane in &lanes {
        place.origin.failed(&lane.endpoint, "connect", &"refused");
    }
    assert_eq!(next(&place, 6), "123123");
    let health = place.origin.health();
    assert!(!health.is_up() && health.addresses.iter().all(|address| !address.up));
    assert_eq!(health.addresses[2].trouble.as_ref().expect("trouble").last, "connect");
}

#[test]
fn one_request_tries_each_address_once() {
    let place = place("");
    let mut tried: Lanes = Vec::new();
    while let Some(lane) = place.choose(&tried) {
        tried.push(lane);
    }
    assert_eq!(tried.len(), 3);
}
