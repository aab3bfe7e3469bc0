#include <vector>

#include "tests/unit/game/support.h"

namespace oofgg::game {
namespace {

class GlobalStreamTest : public GameRoomTest {
 protected:
  using Stream = StreamEnd<GlobalEvent>;

  Stream Listen(const CallContext& context) {
    Stream stream;
    auto handler = room_->global().Open(context, stream.host);
    EXPECT_TRUE(handler.ok()) << handler.status();
    stream.handler = *std::move(handler);
    EXPECT_EQ(stream.Read(), "");
    return stream;
  }
  static GlobalEvent Named(std::string name, std::string game_id = {}) {
    GlobalEvent event;
    event.name = std::move(name);
    event.game_id = std::move(game_id);
    return event;
  }
};

TEST_F(GlobalStreamTest, WhatAnAdminSaysReachesEverybodyInOneOrder) {
  Stream ann = Listen(As("ann"));
  Stream root = Listen(As("root", "admin"));
  GlobalEvent event = Named("maintenance");
  event.id = "forged";
  event.player_id = "forged";
  event.type = GlobalEventType::kAlert;
  event.attributes = {{"minutes", 10}};
  root.Send(event);
  root.Send(Named("done"));
  EXPECT_GE(ann.host->wakes(), 1);
  for (Stream* stream : {&ann, &root}) {
    const auto got = stream->Next();
    ASSERT_TRUE(got.has_value()) << stream->Ended();
    EXPECT_EQ(got->name, "maintenance");
    EXPECT_EQ(got->player_id, "root");
    EXPECT_EQ(got->type, GlobalEventType::kAlert);
    EXPECT_EQ(got->attributes, event.attributes);
    EXPECT_EQ(got->sequence, 2u);
    EXPECT_NE(got->id, "forged");
    EXPECT_EQ(stream->Next()->sequence, 3u);
  }
}

TEST_F(GlobalStreamTest, NobodyElseMaySpeak) {
  for (const char* role : {"user", "developer", "service"}) {
    Stream stream = Listen(As("ann", role));
    stream.Send(Named("spam"));
    EXPECT_THAT(stream.Ended(), HasCode(StatusCode::kPermissionDenied)) << role;
  }
  EXPECT_THAT(room_->global().Open(Nobody(), std::make_shared<FakeStreamHost>()).status(),
              HasCode(StatusCode::kUnauthenticated));
}

TEST_F(GlobalStreamTest, AListenerMayWantOneGamesEventsOnly) {
  Stream all = Listen(As("ann"));
  Stream arena = Listen(As("bob"));
  arena.Send(Named("", "arena"));
  Stream root = Listen(As("root", "admin"));
  root.Send(Named("both"));
  root.Send(Named("a", "arena"));
  root.Send(Named("c", "chess"));
  EXPECT_EQ(all.Read(), "both a c ");
  EXPECT_EQ(arena.Read(), "both a ");
}

TEST_F(GlobalStreamTest, AFleetMayListenUnderOneCredentialAPlayerFourTimes) {
  std::vector<Stream> streams;
  for (const char* role : {"service", "admin"}) {
    for (int i = 0; i < 9; ++i) streams.push_back(Listen(As("fleet", role)));
  }
  for (int i = 0; i < 5; ++i) streams.push_back(Listen(As("ann")));
  EXPECT_THAT(streams.back().Ended(), HasCode(StatusCode::kResourceExhausted));
  streams.pop_back();
  for (Stream& each : streams) EXPECT_EQ(each.host->finished(), std::nullopt);
}

TEST_F(GlobalStreamTest, ResumesAfterTheLastOneSeen) {
  Stream root = Listen(As("root", "admin"));
  for (const char* name : {"one", "two", "three"}) root.Send(Named(name));
  Stream ann;
  ann.handler = *room_->global().Open(As("ann"), ann.host);
  GlobalEvent resume;
  resume.sequence = 2;
  ann.Send(resume);
  EXPECT_EQ(ann.Read(), "two three ");

  // Too late to say where, once something was told.
  Stream late = Listen(As("bob"));
  root.Send(Named("four"));
  EXPECT_EQ(late.Read(), "four ");
  late.Send(resume);
  EXPECT_THAT(late.Ended(), HasCode(StatusCode::kUnavailable));
}

TEST_F(GlobalStreamTest, WhoHasHeardNothingResumesFromWhereTheyBeganIfTheySaidThatTheyListen) {
  Stream silent = Listen(As("bob"));
  EXPECT_EQ(silent.handler->Next(), std::nullopt) << "may yet say where to resume from";
  Stream ann;
  ann.handler = *room_->global().Open(As("ann"), ann.host);
  ann.Send(Named("", "arena"));
  const auto position = ann.handler->Next();
  ASSERT_TRUE(position.has_value());
  EXPECT_EQ(position->id + position->name, "");
  EXPECT_NE(position->sequence, 0U);
  EXPECT_EQ(ann.handler->Next(), std::nullopt);
  ann.handler->OnClose();
  Stream root = Listen(As("root", "admin"));
  root.Send(Named("missed"));
  EXPECT_EQ(root.handler->Next()->name, "missed");
  Stream again;
  again.handler = *room_->global().Open(As("ann"), again.host);
  again.Send(*position);
  EXPECT_EQ(again.Read(), "missed ");
}

TEST_F(GlobalStreamTest, AfterARestartAResumePointIsSaidToBeGone) {
  Stream root = Listen(As("root", "admin"));
  root.Send(Named("one"));
  root.handler->OnClose();
  Restart();
  Stream ann;
  ann.handler = *room_->global().Open(As("ann"), ann.host);
  GlobalEvent resume;
  resume.sequence = 1;
  ann.Send(resume);
  EXPECT_EQ(ReasonOf(ann.Ended()), "EVENTS_GONE");
}

TEST_F(GlobalStreamTest, RefusalsEndTheStreamAndReachNobody) {
  Stream ann = Listen(As("ann"));
  const auto refused = [&](auto change) {
    Stream root = Listen(As("root", "admin"));
    GlobalEvent event = Named("x");
    change(event);
    root.Send(event);
    return FieldOf(root.Ended());
  };
  using E = GlobalEvent;
  EXPECT_EQ(refused([](E& e) { e.name = std::string(101, 'x'); }), "event_name");
  EXPECT_EQ(refused([](E& e) {
              e.name.clear();
              e.attributes["a"] = 1;
            }),
            "event_name");
  EXPECT_EQ(refused([](E& e) { e.game_id = "a b"; }), "game_id");
  EXPECT_EQ(refused([](E& e) { e.team_id = "a b"; }), "team_id");
  EXPECT_EQ(refused([](E& e) { e.attributes["a"] = std::string(5'000, 'x'); }), "attributes.a");
  EXPECT_EQ(refused([](E& e) {
              for (int i = 0; i < 5; ++i) e.attributes[std::to_string(i)] = std::string(4'000, 'x');
            }),
            "attributes");
  Stream fast = Listen(As("root", "admin"));
  for (int i = 0; i < 201; ++i) fast.Send(Named("x"));
  EXPECT_THAT(fast.Ended(), HasCode(StatusCode::kResourceExhausted));
  EXPECT_EQ(ann.Read().size(), 200 * 2u);
}

TEST_F(GlobalStreamTest, ItsSessionIsNobodysToName) {
  GetSessionRequest get;
  get.id = kGlobalSessionId;
  EXPECT_THAT(room_->sessions().GetSession(As("root", "admin"), get).status(),
              HasCode(StatusCode::kNotFound));
  EXPECT_THAT(room_->sessions().DeleteSession(As("root", "admin"), {.id = get.id}).status(),
              HasCode(StatusCode::kNotFound));
  EXPECT_THAT(OpenOn("ann", get.id).Ended(), HasCode(StatusCode::kNotFound));
}

}  // namespace
}  // namespace oofgg::game
