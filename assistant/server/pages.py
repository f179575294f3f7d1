from fastapi import APIRouter
from assistant.settings import Settings
def build_router(settings: Settings) -> APIRouter:
    return APIRouter()
