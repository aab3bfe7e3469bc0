#include <gtest/gtest.h>

#include <optional>
#include <vector>

#include "oofgg/dispatcher.h"
#include "tests/unit/client/fake_transport.h"

namespace oofgg {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using testing::FakeTransport;
using testing::TokensNumber;
namespace methods = wire::methods;

std::string Online(const std::string& user, std::uint64_t version) {
  return wire::EncodeResponse<methods::Connect>({user, PresenceState::kOnline, version});
}
std::string Offline(const std::string& user, std::uint64_t version) {
  return wire::EncodeResponse<methods::Connect>({user, PresenceState::kOffline, version});
}
std::string Event(std::uint64_t sequence) {
  GameEvent event;
  event.id = "s/" + std::to_string(sequence);
  event.sequence = sequence;
  return wire::EncodeResponse<methods::StreamEvents>(event);
}
std::string TicketIn(TicketState state) {
  Ticket ticket;
  ticket.id = "t1";
  ticket.state = state;
  return wire::EncodeResponse<methods::WatchTicket>(ticket);
}
std::string SessionIn(SessionState state) {
  return wire::EncodeResponse<methods::WatchQueue>(Session{.id = "s1", .state = state});
}
Status Lost() { return MakeStatus(StatusCode::kUnavailable, "the link broke"); }

class SubscriptionTest : public ::testing::Test {
 protected:
  FakeTransport& transport() { return *setting_.transport; }
  FakeTransport::Stream& stream() { return transport().last_stream(); }
  void Run() { setting_.executor.RunReady(); }

  testing::FakeSetting setting_;
  std::unique_ptr<Client> client_ = setting_.NewPlayer();
};

class PresenceTest : public SubscriptionTest {
 protected:
  PresenceWatch Watch(std::vector<std::string> friends) {
    return client_->presence().Watch(std::move(friends), [this](StatusOr<PresenceUpdate> update) {
      if (!update.ok()) {
        trace_ += "!" + std::string(absl::StatusCodeToString(update.status().code()));
      } else {
        trace_ += (update->state == PresenceState::kOnline ? "+" : "-") + update->user_id;
      }
    });
  }
  std::vector<std::string> FriendsIn(const std::string& bytes) {
    return wire::DecodeRequest<methods::Connect>(bytes)->friends;
  }

  std::string trace_;
};

TEST_F(PresenceTest, SaysWhomItWatchesAndReportsThem) {
  const PresenceWatch watch = Watch({"bo", "cy"});
  EXPECT_EQ(stream().Header("authorization"), "Bearer access-1");
  ASSERT_EQ(stream().written.size(), 1u);
  EXPECT_EQ(FriendsIn(stream().written[0]), (std::vector<std::string>{"bo", "cy"}));
  stream().Say(Online("bo", 1));
  stream().Say(Offline("cy", 1));
  EXPECT_EQ(trace_, "");
  Run();
  EXPECT_EQ(trace_, "+bo-cy");
}

TEST_F(PresenceTest, BetweenTicksOnlyTheNewestCounts) {
  const PresenceWatch watch = Watch({"bo", "cy"});
  stream().Say(Offline("bo", 1));
  Run();
  stream().Say(Online("bo", 2));
  stream().Say(Offline("bo", 3));
  stream().Say(Online("cy", 1));
  stream().Say(Offline("cy", 2));
  Run();
  EXPECT_EQ(trace_, "-bo-cy") << "bo came and went unseen; of cy only the end is told";
}

TEST_F(PresenceTest, ConnectsAgainAndReportsOnlyWhatChanged) {
  const PresenceWatch watch = Watch({"bo", "cy"});
  stream().Say(Online("bo", 1));
  stream().Say(Online("cy", 1));
  Run();
  stream().Close(Lost());
  setting_.executor.AdvanceBy(milliseconds(200));
  ASSERT_EQ(transport().streams.size(), 2u);
  EXPECT_EQ(FriendsIn(stream().written.at(0)), (std::vector<std::string>{"bo", "cy"}));
  stream().Say(Online("bo", 1));
  stream().Say(Offline("cy", 2));
  Run();
  EXPECT_EQ(trace_, "+bo+cy-cy");
}

TEST_F(PresenceTest, SaysWhatToShowAndSaysItAgainOnANewLink) {
  const auto status_in = [](const std::string& bytes) {
    return wire::DecodeRequest<methods::Connect>(bytes)->status;
  };
  PresenceWatch watch = Watch({"bo"});
  EXPECT_EQ(status_in(stream().written.at(0)), std::nullopt);
  const PresenceStatus hidden{PresenceState::kOffline};
  watch.SetStatus(hidden);
  EXPECT_EQ(status_in(stream().written.at(1)), hidden);
  stream().Close(Lost());
  const PresenceStatus away{PresenceState::kAway, "tea"};
  watch.SetStatus(away);
  setting_.executor.AdvanceBy(milliseconds(200));
  EXPECT_EQ(status_in(stream().written.at(0)), away);
}

TEST_F(PresenceTest, ReportsWhatAFriendShows) {
  const PresenceWatch watch = Watch({"bo"});
  const auto shows = [](std::string text, std::uint64_t version) {
    return wire::EncodeResponse<methods::Connect>({"bo", PresenceState::kOnline, version, std::move(text)});
  };
  stream().Say(shows("tea", 1));
  Run();
  stream().Say(shows("tea", 1));
  Run();
  EXPECT_EQ(trace_, "+bo") << "nothing new";
  stream().Say(shows("soup", 2));
  Run();
  EXPECT_EQ(trace_, "+bo+bo");
}

TEST_F(PresenceTest, SaysWhetherWhatItReportedMayBeOld) {
  PresenceWatch watch = client_->presence().Watch(
      {"bo", "cy", "bo"}, [this](const StatusOr<PresenceUpdate>& update) { trace_ += " " + update->user_id; },
      {.status = {}, .on_stale = [this](bool stale) { trace_ += stale ? " stale" : " fresh"; }});
  stream().Say(Online("bo", 1));
  Run();
  EXPECT_EQ(trace_, " bo") << "cy is not known";
  stream().Say(Offline("cy", 1));
  stream().Say(Offline("bo", 2));
  Run();
  EXPECT_EQ(trace_, " bo cy fresh bo");
  watch.SetFriends({"bo"});
  watch.SetFriends({"bo", "di"});
  stream().Say(Online("di", 1));
  Run();
  EXPECT_EQ(trace_, " bo cy fresh bo stale di fresh");
  trace_.clear();
  stream().Close(Lost());
  Run();
  EXPECT_EQ(trace_, " stale");
  setting_.executor.AdvanceBy(milliseconds(200));
  stream().Say(Offline("bo", 2));
  stream().Say(Online("di", 1));
  Run();
  EXPECT_EQ(trace_, " stale fresh") << "nothing has changed meanwhile";
}

TEST_F(PresenceTest, WithoutFriendsItIsUpToDateOnceTheServerHasLetItIn) {
  PresenceWatch watch = client_->presence().Watch(
      {}, [](const StatusOr<PresenceUpdate>&) {},
      {.status = {}, .on_stale = [this](bool stale) { trace_ += stale ? " stale" : " fresh"; }});
  watch.SetFriends({});
  Run();
  EXPECT_EQ(trace_, "") << "nobody has answered yet";
  stream().Accept();
  Run();
  EXPECT_EQ(trace_, " fresh");
  stream().Close(Lost());
  setting_.executor.AdvanceBy(milliseconds(200));
  EXPECT_EQ(trace_, " fresh stale");
  stream().Accept();
  Run();
  EXPECT_EQ(trace_, " fresh stale fresh");
}

TEST_F(PresenceTest, SaysWhyEachLinkWasLostBeforeItTriesAgain) {
  const PresenceWatch watch =
      client_->presence().Watch({"bo"}, [](const StatusOr<PresenceUpdate>&) {},
                                {.status = {}, .on_stale = {}, .on_trouble = [this](const Status& why) {
                                   trace_ += std::string(why.message()) + ";";
                                 }});
  stream().Close(Lost());
  Run();
  EXPECT_EQ(trace_, "the link broke;");
  setting_.executor.AdvanceBy(milliseconds(200));
  stream().Close(absl::OkStatus());
  setting_.executor.AdvanceBy(seconds(10));
  EXPECT_EQ(trace_, "the link broke;the server ended the stream;");
  stream().Close(InvalidField("friends", "holds 5001; at most 5000"));
  Run();
  EXPECT_EQ(trace_, "the link broke;the server ended the stream;") << "the error is an update's";
}

TEST_F(PresenceTest, KeepsTryingWithGrowingWaitsAndBeginsAgainAfterSuccess) {
  const PresenceWatch watch = Watch({"bo"});
  for (int i = 0; i < 12; ++i) {
    stream().Close(Lost());
    setting_.executor.AdvanceBy(seconds(10));
  }
  EXPECT_EQ(transport().streams.size(), 13u);
  stream().Say(Online("bo", 1));
  stream().Close(Lost());
  setting_.executor.AdvanceBy(milliseconds(200));
  EXPECT_EQ(transport().streams.size(), 14u);
}

TEST_F(PresenceTest, WaitsAsLongAsAServerAsksFor) {
  const PresenceWatch watch = Watch({"bo"});
  stream().Close(RetryLater(StatusCode::kResourceExhausted, "full", seconds(5)));
  setting_.executor.AdvanceBy(milliseconds(4'999));
  EXPECT_EQ(transport().streams.size(), 1u);
  setting_.executor.AdvanceBy(milliseconds(201));
  EXPECT_EQ(transport().streams.size(), 2u);
}

TEST_F(PresenceTest, AnErrorThatNoNewLinkCuresEndsItOnce) {
  const PresenceWatch watch = Watch({"bo"});
  stream().Close(InvalidField("friends", "holds 5001; at most 5000"));
  setting_.executor.AdvanceBy(minutes(1));
  EXPECT_EQ(trace_, "!INVALID_ARGUMENT");
  EXPECT_EQ(transport().streams.size(), 1u);
}

TEST_F(PresenceTest, ARefusedTokenIsRefreshedOnce) {
  const PresenceWatch watch = Watch({"bo"});
  stream().Close(MakeStatus(StatusCode::kUnauthenticated, "expired"));
  transport().last().Answer<methods::RefreshToken>(TokensNumber(2));
  ASSERT_EQ(transport().streams.size(), 2u);
  EXPECT_EQ(stream().Header("authorization"), "Bearer access-2");
  stream().Close(MakeStatus(StatusCode::kUnauthenticated, "revoked"));
  Run();
  EXPECT_EQ(trace_, "!UNAUTHENTICATED");
}

TEST_F(PresenceTest, SetFriendsHoldsAlsoAfterAReconnect) {
  PresenceWatch watch = Watch({"bo"});
  stream().Say(Online("bo", 1));
  Run();
  watch.SetFriends({"cy"});
  EXPECT_EQ(FriendsIn(stream().written.at(1)), (std::vector<std::string>{"cy"}));
  stream().Say(Offline("bo", 2));
  Run();
  EXPECT_EQ(trace_, "+bo") << "no longer watched";
  stream().Close(Lost());
  watch.SetFriends({"cy", "di"});
  setting_.executor.AdvanceBy(seconds(1));
  EXPECT_EQ(FriendsIn(stream().written.at(0)), (std::vector<std::string>{"cy", "di"}));
}

TEST_F(PresenceTest, ALinkThatTakesNoMoreIsReplaced) {
  PresenceWatch watch = Watch({"bo"});
  stream().takes_writes = false;
  watch.SetFriends({"cy"});
  ASSERT_EQ(transport().streams.size(), 2u);
  EXPECT_TRUE(transport().streams[0]->is_dropped);
  EXPECT_EQ(FriendsIn(stream().written.at(0)), (std::vector<std::string>{"cy"}));
}

TEST_F(PresenceTest, SignOffIsSaidBeforeTheLinkGoes) {
  PresenceWatch watch = Watch({"bo"});
  watch.SignOff();
  ASSERT_EQ(stream().written.size(), 2u);
  EXPECT_TRUE(wire::DecodeRequest<methods::Connect>(stream().written[1])->sign_off);
  EXPECT_TRUE(stream().is_half_closed);
  stream().Close(absl::OkStatus());
  setting_.executor.AdvanceBy(minutes(1));
  EXPECT_EQ(transport().streams.size(), 1u);
  EXPECT_EQ(trace_, "");
}

TEST_F(PresenceTest, ALinkThatBreaksAfterSignOffIsNotMadeAgain) {
  PresenceWatch watch = Watch({"bo"});
  watch.SignOff();
  stream().Close(Lost());
  setting_.executor.AdvanceBy(minutes(1));
  EXPECT_EQ(transport().streams.size(), 1u) << "that would bring the player online again";
  EXPECT_EQ(trace_, "");
}

TEST_F(PresenceTest, ALinkThatLastedWasGoodThoughNothingWasSaid) {
  const PresenceWatch watch = Watch({});
  for (std::size_t i = 0; i < 12; ++i) {
    setting_.executor.AdvanceBy(seconds(10));
    stream().Close(Lost());
    setting_.executor.AdvanceBy(milliseconds(200));
    ASSERT_EQ(transport().streams.size(), i + 2) << "within the grace, or friends would see a flap";
  }
}

TEST_F(PresenceTest, ARefusalLongAfterAnotherIsCuredToo) {
  const PresenceWatch watch = Watch({});
  for (int number = 2; number < 5; ++number) {
    stream().Close(MakeStatus(StatusCode::kUnauthenticated, "expired"));
    transport().last().Answer<methods::RefreshToken>(TokensNumber(number));
    EXPECT_EQ(stream().Header("authorization"), "Bearer access-" + std::to_string(number));
    setting_.executor.AdvanceBy(minutes(1));
  }
  EXPECT_EQ(trace_, "");
}

TEST_F(PresenceTest, ALinkThatIsReplacedWhileItsTokenIsFetchedOpensOnce) {
  client_->SetTokens({.user_id = "u1",
                      .access_token = "access-1",
                      .refresh_token = "refresh-1",
                      .expires_at = setting_.clock.WallNow() - seconds(1)});
  PresenceWatch watch = Watch({"bo"});
  EXPECT_TRUE(transport().streams.empty());
  watch.SetFriends({"cy"});
  transport().last().Answer<methods::RefreshToken>(TokensNumber(2));
  ASSERT_EQ(transport().streams.size(), 1u);
  EXPECT_EQ(FriendsIn(stream().written.at(0)), (std::vector<std::string>{"cy"}));
  EXPECT_EQ(stream().written.size(), 1u);
}

TEST_F(PresenceTest, DestroyingTheClientLetsGoOfWhatTheCallbackHolds) {
  auto captured = std::make_shared<int>();
  const std::weak_ptr<int> weak = captured;
  const PresenceWatch watch = client_->presence().Watch(
      {"bo"}, [captured = std::move(captured)](const StatusOr<PresenceUpdate>&) { (void)captured; });
  client_.reset();
  EXPECT_TRUE(weak.expired());
}

TEST_F(PresenceTest, ACallbackMayEndItsOwnWatch) {
  PresenceWatch watch;
  std::string seen;
  // More than fits into the function itself, so that a use after free is one.
  watch = client_->presence().Watch(
      {"bo", "cy"}, [&, name = std::string(100, 'x')](const StatusOr<PresenceUpdate>& update) {
        watch = PresenceWatch();
        seen += update->user_id + name.substr(99);
      });
  stream().Say(Online("bo", 1));
  stream().Say(Online("cy", 1));
  Run();
  EXPECT_EQ(seen, "box");
}

TEST_F(PresenceTest, WithoutATickTheQueueIsAsLongAsTheListOfFriends) {
  Dispatcher never_ticked(setting_.clock);
  ClientOptions options = setting_.Options();
  options.callbacks = &never_ticked;
  client_ = setting_.NewPlayer(options);
  const PresenceWatch watch = Watch({"bo", "cy"});
  for (std::uint64_t version = 1; version < 1000; ++version) {
    stream().Say(Online(version % 2 == 0 ? "bo" : "cy", version));
  }
  EXPECT_EQ(never_ticked.Tick(seconds(1)), 2u);
  client_.reset();
}

TEST_F(PresenceTest, DroppingStopsWhatIsQueued) {
  {
    const PresenceWatch watch = Watch({"bo"});
    stream().Say(Online("bo", 1));
  }
  Run();
  EXPECT_TRUE(stream().is_dropped);
  EXPECT_EQ(trace_, "");
}

TEST_F(PresenceTest, DestroyingTheClientEndsItAndTheWatchMayGoLater) {
  PresenceWatch watch = Watch({"bo"});
  stream().Say(Online("bo", 1));
  client_.reset();
  Run();
  EXPECT_EQ(trace_, "");
  watch.SetFriends({"cy"});
  watch.SignOff();
}

TEST_F(PresenceTest, BytesThatAreNoUpdateEndItWithAnError) {
  const PresenceWatch watch = Watch({"bo"});
  stream().Say("\xff\xff");
  Run();
  EXPECT_EQ(trace_, "!INTERNAL");
  EXPECT_TRUE(stream().is_dropped);
}

class TicketTest : public SubscriptionTest {
 protected:
  std::vector<StatusOr<Ticket>> seen_;
  Call watch_ = client_->matchmaking().WatchTicket(
      {"t1"}, [this](StatusOr<Ticket> ticket) { seen_.push_back(std::move(ticket)); });
};

TEST_F(TicketTest, EndsAfterAFinalState) {
  EXPECT_TRUE(stream().is_half_closed);
  stream().Say(TicketIn(TicketState::kWaiting));
  Run();
  stream().Say(TicketIn(TicketState::kMatched));
  stream().Say(TicketIn(TicketState::kAssigned));
  Run();
  ASSERT_EQ(seen_.size(), 2u);
  EXPECT_EQ(seen_[1]->state, TicketState::kAssigned);
  EXPECT_TRUE(stream().is_dropped);
  setting_.executor.AdvanceBy(minutes(1));
  EXPECT_EQ(transport().streams.size(), 1u);
}

TEST_F(TicketTest, AfterAReconnectTheSameStateIsNotNews) {
  stream().Say(TicketIn(TicketState::kWaiting));
  stream().Close(absl::OkStatus());  // Before a final state: a server that drains.
  setting_.executor.AdvanceBy(seconds(1));
  ASSERT_EQ(transport().streams.size(), 2u);
  stream().Say(TicketIn(TicketState::kWaiting));
  Run();
  EXPECT_EQ(seen_.size(), 1u);
}

TEST_F(TicketTest, AnUnknownTicketIsAnError) {
  stream().Close(MakeStatus(StatusCode::kNotFound, "no such ticket"));
  Run();
  ASSERT_EQ(seen_.size(), 1u);
  EXPECT_EQ(seen_[0].status().code(), StatusCode::kNotFound);
}

TEST_F(TicketTest, AwaitTicketHasAPatience) {
  ClientOptions options = setting_.Options();
  options.pump = [this] {
    if (setting_.executor.RunOne()) return true;
    setting_.executor.AdvanceBy(seconds(1));
    return true;
  };
  auto client = setting_.NewPlayer(options);
  const auto ticket = client->matchmaking().AwaitTicket({"t1"}, {.timeout = seconds(5)});
  EXPECT_EQ(ticket.status().code(), StatusCode::kDeadlineExceeded);
  EXPECT_TRUE(stream().is_dropped);
}

class QueueTest : public SubscriptionTest {
 protected:
  Call Watch() {
    return client_->games().WatchQueue(
        "s1", [this](const StatusOr<Session>& session) { seen_.push_back(session->state); });
  }
  std::vector<SessionState> seen_;
};

TEST_F(QueueTest, EndsAfterAStateThatTheServerEndsItAfter) {
  for (const SessionState last : {SessionState::kStarted, SessionState::kFinished, SessionState::kDeleted}) {
    transport().streams.clear();
    seen_.clear();
    const Call watch = Watch();
    stream().Say(SessionIn(SessionState::kQueued));
    Run();
    stream().Say(SessionIn(last));
    stream().Close(absl::OkStatus());
    Run();
    EXPECT_EQ(seen_, (std::vector<SessionState>{SessionState::kQueued, last}));
    setting_.executor.AdvanceBy(minutes(1));
    EXPECT_EQ(transport().streams.size(), 1u) << "no other stream is opened";
  }
}

TEST_F(QueueTest, GoesOnAfterAServerThatEndedItBefore) {
  const Call watch = Watch();
  stream().Say(SessionIn(SessionState::kQueued));
  stream().Close(absl::OkStatus());  // It drains.
  setting_.executor.AdvanceBy(seconds(1));
  ASSERT_EQ(transport().streams.size(), 2u);
  stream().Say(SessionIn(SessionState::kStarted));
  Run();
  EXPECT_EQ(seen_, (std::vector<SessionState>{SessionState::kQueued, SessionState::kStarted}));
}

class EventsTest : public SubscriptionTest {
 protected:
  EventStream Open(std::uint64_t after = 0) {
    return client_->games().StreamEvents({.session_id = "s1", .game_id = "g1", .after_sequence = after},
                                         [this](StatusOr<GameEvent> event) {
                                           if (event.ok()) {
                                             seen_.push_back(event->sequence);
                                           } else {
                                             error_ = event.status();
                                           }
                                         });
  }
  GameEvent Written(std::size_t index) {
    return *wire::DecodeRequest<methods::StreamEvents>(stream().written.at(index));
  }

  std::vector<std::uint64_t> seen_;
  Status error_;
};

TEST_F(EventsTest, ResumesAfterTheLastEventAndDropsWhatItKnows) {
  const EventStream events = Open(4);
  EXPECT_EQ(Written(0).session_id, "s1");
  EXPECT_EQ(Written(0).sequence, 4u);
  stream().Say(Event(5));
  stream().Say(Event(6));
  stream().Close(Lost());
  setting_.executor.AdvanceBy(seconds(1));
  EXPECT_EQ(Written(0).sequence, 6u) << "received counts, delivered or not";
  stream().Say(Event(6));
  stream().Say(Event(7));
  Run();
  EXPECT_EQ(seen_, (std::vector<std::uint64_t>{5, 6, 7}));
}

TEST_F(EventsTest, HowFarItWentIsNoEventButWhereItResumes) {
  const EventStream events = Open(4);
  GameEvent position;
  position.sequence = 300;
  stream().Say(wire::EncodeResponse<methods::StreamEvents>(position));
  stream().Close(Lost());
  setting_.executor.AdvanceBy(seconds(1));
  EXPECT_EQ(Written(0).sequence, 300U);
  Run();
  EXPECT_TRUE(seen_.empty());
}

TEST_F(EventsTest, WhoHasHeardNothingResumesFromWhereTheyBegan) {
  const EventStream events = Open();
  EXPECT_EQ(Written(0).sequence, 0U);
  GameEvent position;
  position.sequence = 1;
  stream().Say(wire::EncodeResponse<methods::StreamEvents>(position));
  stream().Close(Lost());
  setting_.executor.AdvanceBy(seconds(1));
  EXPECT_EQ(Written(0).sequence, 1U);
  stream().Say(Event(2));
  Run();
  EXPECT_EQ(seen_, std::vector<std::uint64_t>{2});
}

TEST_F(EventsTest, SendsNowOrWhenThereIsALinkAgain) {
  EventStream events = Open();
  GameEvent event;
  event.name = "move";
  event.sequence = 99;
  EXPECT_TRUE(events.Send(event).ok());
  EXPECT_EQ(Written(1).name, "move");
  EXPECT_EQ(Written(1).session_id, "s1");
  EXPECT_EQ(Written(1).sequence, 0u) << "the server numbers";
  stream().Close(Lost());
  for (int i = 0; i < 256; ++i) EXPECT_TRUE(events.Send(event).ok());
  EXPECT_EQ(events.Send(event).code(), StatusCode::kResourceExhausted);
  setting_.executor.AdvanceBy(seconds(1));
  EXPECT_EQ(stream().written.size(), 257u);
  EXPECT_TRUE(events.Send(event).ok());
}

TEST_F(EventsTest, AFloodStaysOnTheServerUntilTheGameHasCaughtUp) {
  const EventStream events = Open();
  auto flooded = transport().streams.back();
  std::uint64_t sent = 0;
  while (!flooded->is_dropped && sent < 5000) flooded->Say(Event(++sent));
  EXPECT_EQ(sent, 1024u);
  Run();
  EXPECT_EQ(seen_.size(), 1024u);
  ASSERT_EQ(transport().streams.size(), 2u);
  EXPECT_EQ(Written(0).sequence, 1024u);
  stream().Say(Event(1025));
  Run();
  EXPECT_EQ(seen_.back(), 1025u);
}

TEST_F(EventsTest, EventsThatAreGoneAreAnError) {
  EventStream events = Open(4);
  stream().Close(WithReason(MakeStatus(StatusCode::kOutOfRange, "events 5 to 9 are gone"), "EVENTS_GONE"));
  Run();
  EXPECT_EQ(ReasonOf(error_), "EVENTS_GONE");
  EXPECT_EQ(events.Send({}).code(), StatusCode::kFailedPrecondition);
}

}  // namespace
}  // namespace oofgg
