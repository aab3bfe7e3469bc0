#pragma once

#include "oofgg/v1/match_history.pb.h"
#include "wire/convert.h"
#include "wire/methods.h"
#include "wire/proto_of.h"

namespace oofgg::wire {

/// oofgg.v1.MatchHistoryService.
struct MatchHistoryProto {
  static void ToProto(const MatchPlayer& from, v1::MatchPlayer& to);
  static void ToProto(const PlayedMatch& from, v1::Match& to);
  static void ToProto(const ListMatchesRequest& from, v1::ListMatchesRequest& to);
  static void ToProto(const MatchesPage& from, v1::ListMatchesResponse& to);
  static void ToProto(const GetMatchRequest& from, v1::GetMatchRequest& to);

  static Status FromProto(const v1::MatchPlayer& from, MatchPlayer& to, Reading reading);
  static Status FromProto(const v1::Match& from, PlayedMatch& to, Reading reading);
  static Status FromProto(const v1::ListMatchesRequest& from, ListMatchesRequest& to, Reading);
  static Status FromProto(const v1::ListMatchesResponse& from, MatchesPage& to, Reading reading);
  static Status FromProto(const v1::GetMatchRequest& from, GetMatchRequest& to, Reading);
};

template <>
struct ProtoOf<methods::ListMatches>
    : ProtoPair<MatchHistoryProto, v1::ListMatchesRequest, v1::ListMatchesResponse> {};
template <>
struct ProtoOf<methods::GetMatch> : ProtoPair<MatchHistoryProto, v1::GetMatchRequest, v1::Match> {};

}  // namespace oofgg::wire
